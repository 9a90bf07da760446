/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events on their way out of core: to tracepoints (tracepoints.h), and to the
 * device's ring (ring.h). SB_HOOK_TRACE of a device's instance is set as long
 * as an event is enabled in tracefs or by perf, or its ring is on.
 */
#ifndef SBUDDY_EVENTS_H
#define SBUDDY_EVENTS_H

struct sbuddy_device;

/**
 * sbuddy_events_add() - Make a device's events known to those who listen.
 * @dev: device with an instance, and with its number
 *
 * Its ring is off.
 *
 * Context: Process.
 */
void sbuddy_events_add(struct sbuddy_device *dev);

/**
 * sbuddy_events_remove() - End a device's events, and free its ring.
 * @dev: device whose files are gone, and whose instance nobody uses any more
 *
 * Context: Process.
 */
void sbuddy_events_remove(struct sbuddy_device *dev);

/**
 * sbuddy_events_ring() - Switch a device's ring on or off.
 * @dev: device
 * @kib: its size, rounded up to a power of two; 0 is off
 *
 * What the ring held is forgotten.
 *
 * Context: Process.
 * Return: 0, or -ENOMEM: the ring is as it was.
 */
int sbuddy_events_ring(struct sbuddy_device *dev, unsigned int kib);

/*
 * A tracepoint of ours got its first listener, and lost its last one. The
 * second also comes after the module's exit function, when tracefs cleans up.
 *
 * Context: Process, with the kernel's tracing locks held.
 */
int sbuddy_events_reg(void);
void sbuddy_events_unreg(void);

#endif
