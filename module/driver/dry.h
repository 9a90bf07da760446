/* SPDX-License-Identifier: GPL-2.0-only */
/* Page descriptors without memory behind them: any board on any machine. */
#ifndef SBUDDY_DRY_H
#define SBUDDY_DRY_H

struct sb_backing;

/**
 * sbuddy_dry_create() - Make a backing that has no memory.
 *
 * Metadata, which core places in the range, is kept in the kernel's own memory
 * instead.
 *
 * Context: Process.
 * Return: the backing, or ERR_PTR(-ENOMEM).
 */
struct sb_backing *sbuddy_dry_create(void);

#endif
