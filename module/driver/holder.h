/* SPDX-License-Identifier: GPL-2.0-only */
/* Who holds the memory of a device: open files, and what they have. */
#ifndef SBUDDY_HOLDER_H
#define SBUDDY_HOLDER_H

#include "buffer.h"

struct seq_file;

/**
 * struct sb_holding - What an open file has.
 * @buffers: that are not freed yet, those included that a mapping or a dma-buf alone keeps
 * @bytes: that they have
 * @peak: most bytes that they had at a time
 * @pins: of all of them
 * @claimed: bytes that it has claimed, in use or not
 * @limit: most bytes that it may have, or 0
 * @age: seconds since it was opened
 */
struct sb_holding {
	u32 buffers;
	u64 bytes;
	u64 peak;
	u32 pins;
	u64 claimed;
	u64 limit;
	u64 age;
};

/* Figures that may be a moment apart. Context: Any but interrupts. */
void sb_holder_count(struct sb_client *client, struct sb_holding *holding);

/* The lines of /proc/PID/fdinfo/FD. */
void sb_holder_show(struct sb_client *client, struct seq_file *seq);

/*
 * One line in the log, if a signal is ending the process that closes the file last, and it
 * leaves buffers behind. Process context.
 */
void sb_holder_log_death(struct sb_client *client);

/* A line in the log for each of the first who keep a device from ending. Process context. */
void sb_holder_log_all(struct sbuddy_device *dev);

#endif
