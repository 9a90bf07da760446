// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>

#include "ctl.h"

static void complain(const char *fmt, va_list args)
{
	fputs("sbuddyctl: ", stderr);
	vfprintf(stderr, fmt, args);
}

void warn(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	complain(fmt, args);
	va_end(args);
	fputc('\n', stderr);
}

void die(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	complain(fmt, args);
	va_end(args);
	fputc('\n', stderr);
	exit(FAILED);
}

void die_usage(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	complain(fmt, args);
	va_end(args);
	fputs(": see --help\n", stderr);
	exit(USAGE);
}

static const char *advice(int err)
{
	switch (err) {
	case -ENOENT:
		return "is the module loaded? sbuddyctl list tells what there is";
	case -EACCES:
	case -EPERM:
		return "run as root, or join the group sbuddy";
	case -ENOMEM:
		return "sbuddyctl explain with the same options tells why";
	case -EINVAL:
		return "sbuddyctl info tells what the device allows";
	case -EOPNOTSUPP:
		return "not on this kind of device";
	case -EIO:
		return "the instance was found corrupt: see the kernel's log";
	default:
		return "see the kernel's log";
	}
}

void die_error(const char *what, int err)
{
	die("%s: %s (%s)", what, strerror(-err), advice(err));
}
