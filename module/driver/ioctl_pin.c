// SPDX-License-Identifier: GPL-2.0-only
/* SBUDDY_IOC_PIN and SBUDDY_IOC_UNPIN: buffers that have to stay where they are. */
#include <linux/err.h>

#include "ioctl.h"
#include "pin.h"

static int pin(struct sb_call *call, struct sb_buffer *buf)
{
	unsigned int pins, ignored;
	unsigned long pfn;
	int err = sb_pin_handle(buf, &pins, &pfn);

	if (err)
		return err;
	call->pin.pins = pins;
	call->pin.phys = call->pin.flags & SBUDDY_PIN_PHYS ? sb_pfn_addr(pfn) : 0;
	err = sb_call_reply(call);
	/* What the process does not know of it cannot take back. */
	if (err)
		sb_unpin_handle(buf, &ignored);
	return err;
}

int sb_call_pin(struct sb_call *call)
{
	struct sb_buffer *buf;
	int err;

	err = sb_call_check_phys(call->pin.flags, SBUDDY_PIN_PHYS, SBUDDY_PIN_PHYS);
	if (err)
		return err;
	buf = sb_buffer_get(call->client, call->pin.handle);
	if (IS_ERR(buf))
		return PTR_ERR(buf);
	/* In several runs it has no one address. */
	if ((call->pin.flags & SBUDDY_PIN_PHYS) && buf->nr_runs > 1)
		err = -EOPNOTSUPP;
	else
		err = pin(call, buf);
	sb_buffer_put(buf);
	return err;
}

int sb_call_unpin(struct sb_call *call)
{
	struct sb_buffer *buf;
	unsigned int pins;
	int err;

	if (call->unpin.flags)
		return -EINVAL;
	buf = sb_buffer_get(call->client, call->unpin.handle);
	if (IS_ERR(buf))
		return PTR_ERR(buf);
	err = sb_unpin_handle(buf, &pins);
	sb_buffer_put(buf);
	if (err)
		return err;
	call->unpin.pins = pins;
	return sb_call_reply(call);
}
