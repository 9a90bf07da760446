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
 * keep_in_background() - Leave an open device to a keeper.
 * @fd: device with buffers
 * @buffers: how many
 * @bytes: of all of them
 *
 * Returns in the process that called, once the keeper listens.
 *
 * Return: number of the keeper.
 */
unsigned int keep_in_background(int fd, unsigned int buffers, uint64_t bytes);

#endif
