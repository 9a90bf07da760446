# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Completion of sbuddyctl for bash: /usr/share/bash-completion/completions/sbuddyctl.
# Verbs and options are those that the program itself tells.

_sbuddyctl_words()
{
	case "$2" in
	--type | --types) echo unmovable movable reclaimable ;;
	--zone) echo dma normal highmem movable ;;
	--flags) echo thisnode high atomic memalloc scattered wc uncached ;;
	--color) echo auto always never ;;
	--by) echo state type order owner ;;
	--sort) echo bytes peak buffers pins age id pid name ;;
	--cell) echo page block ;;
	--device) (cd /dev && compgen -G 'sbuddy[0-9]*') ;;
	*) "${1:-sbuddyctl}" ${3:+"$3"} --help 2>/dev/null |
		sed -n "$4" ;;
	esac
}

_sbuddyctl()
{
	local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} words

	COMPREPLY=()
	case "$before" in
	--svg | --png | --rules | --dashboard | --base | --output | -o)
		mapfile -t COMPREPLY < <(compgen -f -- "$current")
		return
		;;
	esac
	if [ "$COMP_CWORD" = 1 ]; then
		words=$(_sbuddyctl_words "$1" '' '' 's/^  \(-*[a-z][a-z]*\) .*/\1/p')
	else
		words=$(_sbuddyctl_words "$1" "$before" "${COMP_WORDS[1]}" 's/^  \(--[a-z-]*\) .*/\1/p')
	fi
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

complete -F _sbuddyctl sbuddyctl
