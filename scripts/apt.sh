# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Debian packages of any suite and architecture, downloaded and unpacked without being
# installed; and what has to be mended then. Sourced, after prelude.sh, by the scripts
# that prepare kernels.

#
# A private apt: its own architectures, lists and (empty) dpkg status. Mirror and
# key are those the machine itself uses; so are proxies.
#

# key_of FILE: what a sources file, of either form, says about its key.
key_of()
{
	sed -n 's|^Signed-By: *\(/[^ ]*\).*|[signed-by=\1]|p
		s|^deb.*[[ ]signed-by=\(/[^] ]*\).*|[signed-by=\1]|p' "$1" | head -1
}

# The suite to take kernels from is the one this machine runs.
suite_of_this_machine()
{
	# shellcheck disable=SC1091
	(. /etc/os-release && echo "${VERSION_CODENAME:-}")
}

# Only the suite itself, not its updates and security: image, headers and build
# programs of all architectures are in step there.
write_sources()
{
	local format='$(REPO_URI) $(RELEASE) $(COMPONENT) $(SOURCESENTRY)' uri entry

	apt-get indextargets --format "$format" 'Created-By: Packages' |
		awk -v suite="$SUITE" '$2 == suite && $3 == "main" { print $1, $4 }' | sort -u |
		while read -r uri entry; do
			echo "deb $(key_of "${entry%:*}") $uri $SUITE main"
		done >"$APT/sources.list"
	[ -s "$APT/sources.list" ] || die "no apt source of this machine has $SUITE main"
}

# Those of OTHER_SUITE, from where this machine's come.
write_other_sources()
{
	sed "s/ [^ ]* main\$/ $OTHER_SUITE main/" "$SBUDDY_CACHE/apt/sources.list" >"$APT/sources.list"
}

# make_private_apt DIRECTORY COMMAND [ARCH...]: the command writes its list of sources. A list
# of an architecture that nothing is taken from would be one more that may fail to come.
make_private_apt()
{
	local command=$2

	APT=$1
	shift 2
	[ $# -gt 0 ] || set -- amd64 armhf
	mkdir -p "$APT/lists/partial" "$APT/archives/partial"
	"$command"
	cat >"$APT/apt.conf" <<-EOT
		APT::Architecture "amd64";
		APT::Architectures { $(printf '"%s"; ' "$@")};
		APT::Sandbox::User "$(id -un)";
		Acquire::Languages "none";
		Acquire::Retries "3";
		Dir::State::lists "$APT/lists";
		Dir::State::status "/dev/null";
		Dir::Cache "$APT";
		Dir::Etc::sourcelist "$APT/sources.list";
		Dir::Etc::sourceparts "/dev/null";
	EOT
	export APT_CONFIG=$APT/apt.conf
}

update_lists()
{
	apt-get -qq --error-on=any update >&2
}

#
# Versions: the meta packages say which kernel is current.
#

# Some machines switch apt's index of the lists off; it saves a second a question.
ask_apt()
{
	apt-cache -o Dir::Cache::pkgcache=pkgcache.bin "$@"
}

# versions_of PACKAGE:ARCH, newest first
versions_of()
{
	ask_apt madison "$1" | awk '{ print $3 }' | sort -ruV
}

# kernel_dependencies PACKAGE:ARCH VERSION: the kernel packages it needs, by
# name, of alternatives the first. Compilers, initramfs tools and the like are
# none of them.
kernel_dependencies()
{
	ask_apt show "$1=$2" |
		sed -n 's/^\(Pre-\)\{0,1\}Depends: //p' | tr ',' '\n' | sed 's/|.*//' |
		awk '$1 ~ /^linux-(image|binary|modules|headers|kbuild|source|base)-/ { print $1 }'
}

# architecture_of PACKAGE ARCH VERSION: ARCH, or "all", or nothing if there is no
# such package (apt-cache calls that a success).
architecture_of()
{
	{ ask_apt show "$1:$2=$3" && ask_apt show "$1:all=$3"; } 2>/dev/null |
		sed -n 's/^Architecture: //p' | head -1
}

# closure ARCH VERSION PACKAGE...: the packages and what they need, all of one
# version, as PACKAGE:ARCH=VERSION; fails when one of them does not exist in it.
closure()
{
	local arch=$1 version=$2 name real more
	shift 2

	while [ $# -gt 0 ]; do
		name=$1
		shift
		real=$(architecture_of "$name" "$arch" "$version")
		[ -n "$real" ] || return 1
		echo "$name:$real=$version"
		more=$(kernel_dependencies "$name:$real" "$version")
		# shellcheck disable=SC2086 # a list of names
		set -- "$@" $more
	done
}

# choose_version ARCH PACKAGE...: the newest closure that is complete.
choose_version()
{
	local arch=$1 version wanted
	shift

	for version in $(versions_of "$1:$arch"); do
		if wanted=$(closure "$arch" "$version" "$@"); then
			echo "$wanted" | sort -u
			return 0
		fi
		say "$1 $version ($arch) is incomplete on the mirror; looking at an older one"
	done
	say "no complete $* for $arch"
	return 1
}

# release_of KIND: the kernel release in the list of chosen packages on stdin.
release_of()
{
	sed -n "s/^linux-$1-\([0-9][^:]*\):.*/\1/p" | head -1
}

#
# Packages: downloaded by apt, which checks size and hash against the signed
# lists, and unpacked without being installed.
#

# download PACKAGE...
download()
{
	mkdir -p "$SBUDDY_CACHE/debs"
	(cd "$SBUDDY_CACHE/debs" && apt-get -qq download "$@" >&2)
}

# deb PACKAGE:ARCH=VERSION: the file apt saved it as
deb()
{
	local name=${1%%:*} version=${1#*=} arch=${1#*:}

	echo "$SBUDDY_CACHE/debs/${name}_${version//:/%3a}_${arch%%=*}.deb"
}

# unpack DIRECTORY PACKAGE...
unpack()
{
	local dir=$1 package file
	shift

	mkdir -p "$dir"
	for package; do
		file=$(deb "$package")
		dpkg-deb -I "$file" >/dev/null || die "$file is damaged"
		dpkg -x "$file" "$dir"
	done
}

#
# Repairs, in the directory NEW of what will be called FINAL.
#

# repair_headers TREE RELEASE: their Makefile includes the common one by its installed path.
repair_headers()
{
	sed -i "s|/usr/src/|$FINAL/$1/usr/src/|" "$NEW/$1/usr/src/linux-headers-$2/Makefile"
}

# modpost for 32 bit, built for amd64, knows device tables by the size they have
# on 64 bit, and refuses MODULE_DEVICE_TABLE(of, ...). armhf's own does it right.
# repair_modpost DIRECTORY: where its C library is.
repair_modpost()
{
	local mod

	for mod in "$NEW"/armhf/usr/lib/linux-kbuild-*/scripts/mod; do
		cp "$NEW/kbuild-armhf/${mod#"$NEW"/armhf/}/modpost.real-lsb-32" "$mod/modpost.armhf"
		rm "$mod/modpost.real-lsb-32"
		cat >"$mod/modpost.real-lsb-32" <<-EOT
			#!/bin/sh
			self=\$(dirname "\$(readlink -f "\$0")")
			exec qemu-arm-static -L $1 "\$self/modpost.armhf" "\$@"
		EOT
		chmod +x "$mod/modpost.real-lsb-32"
	done
	rm -r "$NEW/kbuild-armhf"
}

# The first file that matches, as it will be called once the set is in place.
final()
{
	local file

	file=$(find "$NEW" -path "$NEW/$1" -print -quit)
	[ -n "$file" ] || die "the packages hold no $1"
	echo "$FINAL${file#"$NEW"}"
}
