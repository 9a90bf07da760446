/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Spaces: where all areas that map the buffers of one open file are found.
 *
 * Linux finds them by the address space of an inode, and that of a /dev node is
 * shared by all who open it; while nodes elsewhere may have the same device. So
 * each open file gets an inode of its own, that nobody can name.
 */
#ifndef SBUDDY_SPACE_H
#define SBUDDY_SPACE_H

struct inode;

int sbuddy_space_init(void);
void sbuddy_space_exit(void);

/* An inode, until iput(): or ERR_PTR(-ENOMEM). Its i_mapping is for files and areas. */
struct inode *sb_space_create(void);

#endif
