/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Keepers: processes in the background that have buffers, until they are told to let go.
 *
 * A keeper listens on the abstract socket "sbuddyctl-N", N being its number, and ends
 * when its user, or root, connects: no file stays behind, and no number of a process
 * is taken for that of another.
 */
#ifndef SBUDDYCTL_KEEP_H
#define SBUDDYCTL_KEEP_H

#include <stdint.h>

/**
 * struct keeping - What a keeper has.
 * @buffers: how many
 * @bytes: of all of them
 * @note: for who ends it by its other name
 * @alias: socket of keeper_alias() that it listens on, too; or 0
 */
struct keeping {
	unsigned int buffers;
	uint64_t bytes;
	uint32_t note;
	int alias;
};

/**
 * keep_in_background() - Leave an open device to a keeper.
 * @fd: device with buffers
 * @what: what these are
 *
 * Returns in the process that called, once the keeper listens.
 *
 * Return: number of the keeper.
 */
unsigned int keep_in_background(int fd, const struct keeping *what);

/**
 * keeper_alias() - Have another name for a keeper to come.
 * @name: up to 60 characters
 *
 * Return: a socket, or -EADDRINUSE when a keeper has that name.
 */
int keeper_alias(const char *name);

/**
 * keeper_end() - End the keeper that has this other name.
 * @name: as for keeper_alias()
 * @had: set to what it had, but for @alias
 *
 * Return: 0; -ENOENT when there is none, -EPERM when it is another user's.
 */
int keeper_end(const char *name, struct keeping *had);

#endif
