/* SPDX-License-Identifier: GPL-2.0-only */
/* What unit tests include on the host, in the kernel: there is a log, and no file. */
#ifndef STDIO_H
#define STDIO_H

#include <linux/kernel.h>

#define printf(...) unit_printf(__VA_ARGS__)
void unit_printf(const char *fmt, ...) __printf(1, 2);

typedef struct unit_no_file FILE;

static inline FILE *fopen(const char *path, const char *mode)
{
	return NULL;
}

static inline int fclose(FILE *file)
{
	return 0;
}

static inline char *fgets(char *text, int size, FILE *file)
{
	return NULL;
}

static inline int fputs(const char *text, FILE *file)
{
	return 0;
}

static inline int fflush(FILE *file)
{
	return 0;
}

static inline __printf(2, 3) int fprintf(FILE *file, const char *fmt, ...)
{
	return 0;
}

static inline void perror(const char *what)
{
}

#endif
