/* SPDX-License-Identifier: GPL-2.0-only */
/* CPUs that go offline: what lies on their per-CPU lists goes back to its zones. */
#ifndef SBUDDY_CPU_H
#define SBUDDY_CPU_H

struct sbuddy_device;

int sbuddy_cpu_init(void);
void sbuddy_cpu_exit(void);

/* From now on, until removed, the device's lists of a dead CPU are drained. */
int sbuddy_cpu_add(struct sbuddy_device *dev);
void sbuddy_cpu_remove(struct sbuddy_device *dev);

#endif
