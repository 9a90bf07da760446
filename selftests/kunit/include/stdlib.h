/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What unit tests include on the host, in the kernel. Memory is zero only if that is asked
 * for, and may be allocated and freed with interrupts off.
 */
#ifndef STDLIB_H
#define STDLIB_H

#include <linux/bug.h>
#include <linux/types.h>

void *unit_malloc(size_t size);
void *unit_calloc(size_t nr, size_t size);
void unit_free(const void *mem);

#define malloc(size) unit_malloc(size)
#define calloc(nr, size) unit_calloc(nr, size)
#define free(mem) unit_free(mem)

/* Of the module's parameters. */
char *getenv(const char *name);

unsigned long strtoul(const char *text, char **end, int base);
long strtol(const char *text, char **end, int base);

/* Nothing that runs here gets that far. */
static inline void exit(int status)
{
	WARN(1, "a test ends its program");
}

#endif
