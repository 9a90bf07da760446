// SPDX-License-Identifier: GPL-2.0-only
/* What unit tests call of the host's library, where it is more than another name. */
#include <linux/irqflags.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "harness.h"

#include <stdlib.h>

void *unit_malloc(size_t size)
{
	if (irqs_disabled())
		return kmalloc(size, GFP_ATOMIC);
	return kvmalloc(size, GFP_KERNEL);
}

void *unit_calloc(size_t nr, size_t size)
{
	if (irqs_disabled())
		return kcalloc(nr, size, GFP_ATOMIC);
	return kvcalloc(nr, size, GFP_KERNEL);
}

void unit_free(const void *mem)
{
	kvfree(mem);
}

char *getenv(const char *name)
{
	return (char *)harness_env(name);
}

/* Decimal, as all that tests read. */
unsigned long strtoul(const char *text, char **end, int base)
{
	unsigned long value = 0;
	int len = 0;

	if (sscanf(text, " %lu%n", &value, &len) != 1)
		len = 0;
	if (end)
		*end = (char *)text + len;
	return value;
}

long strtol(const char *text, char **end, int base)
{
	long value = 0;
	int len = 0;

	if (sscanf(text, " %ld%n", &value, &len) != 1)
		len = 0;
	if (end)
		*end = (char *)text + len;
	return value;
}

#ifdef CONFIG_ARM
/*
 * What a compiler for 32 bit makes of a division of 64, which Linux leaves out as it wants
 * such to be rare: the quotient is returned in r0 and r1, the remainder in r2 and r3.
 */
u64 unit_divide(u64 dividend, u64 divisor, u64 *remainder);

u64 unit_divide(u64 dividend, u64 divisor, u64 *remainder)
{
	return div64_u64_rem(dividend, divisor, remainder);
}

asm(".text\n"
    ".arm\n"
    ".global __aeabi_uldivmod\n"
    ".type __aeabi_uldivmod, %function\n"
    "__aeabi_uldivmod:\n"
    "	push	{r4, lr}\n"
    "	sub	sp, sp, #16\n"
    "	add	r12, sp, #8\n"
    "	str	r12, [sp]\n"
    "	bl	unit_divide\n"
    "	ldr	r2, [sp, #8]\n"
    "	ldr	r3, [sp, #12]\n"
    "	add	sp, sp, #16\n"
    "	pop	{r4, pc}\n"
    ".size __aeabi_uldivmod, . - __aeabi_uldivmod\n");
#endif
