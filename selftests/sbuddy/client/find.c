// SPDX-License-Identifier: GPL-2.0-only
#include <linux/device.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/platform_device.h>

#include "client.h"

static void test_get(struct run *run)
{
	struct sbuddy *again = sbuddy_get(run->name);

	EXPECT(run, again == run->sb);
	sbuddy_put(again);
}

static void test_get_unknown(struct run *run)
{
	EXPECT_EQ(run, PTR_ERR(sbuddy_get("")), -ENODEV);
	EXPECT_EQ(run, PTR_ERR(sbuddy_get("nobody is called so")), -ENODEV);
}

static void test_put_nothing(struct run *run)
{
	sbuddy_put(NULL);
	sbuddy_put(ERR_PTR(-ENODEV));
}

static void test_phandle_none(struct run *run)
{
	struct device *dev = root_device_register("sbuddy_client");

	EXPECT_EQ(run, PTR_ERR(sbuddy_get_by_phandle(NULL, "sbuddy")), -ENOENT);
	if (!EXPECT(run, !IS_ERR(dev)))
		return;
	EXPECT_EQ(run, PTR_ERR(devm_sbuddy_get(dev)), -ENOENT);
	root_device_unregister(dev);
}

const struct test find_tests[] = {
	{ "an instance is found by its name", test_get, true },
	{ "an unknown name is -ENODEV", test_get_unknown, true },
	{ "nothing may be put", test_put_nothing, true },
	{ "a device without a node has no carveout", test_phandle_none, true },
	{},
};

/* Allocates through what the device has. */
static void use(struct run *run)
{
	unsigned long pfn;

	if (!EXPECT_EQ(run, sbuddy_alloc_page(run->sb, GFP_KERNEL, &pfn), 0))
		return;
	EXPECT_EQ(run, sbuddy_free_page(run->sb, pfn), 0);
}

/* The node tells which errno is right; 0 for a carveout that can be used. */
static int find_probe(struct platform_device *pdev)
{
	struct run run = { .sb = devm_sbuddy_get(&pdev->dev) };
	u32 wanted = 0;

	of_property_read_u32(pdev->dev.of_node, "sbuddy-errno", &wanted);
	EXPECT_EQ(&run, -PTR_ERR_OR_ZERO(run.sb), wanted);
	if (!IS_ERR(run.sb))
		use(&run);
	report_test(!run.failed, "probe", pdev->dev.of_node->name);
	return 0;
}

static const struct of_device_id find_match[] = { { .compatible = "sbuddy,test-client" }, {} };

static struct platform_driver find_driver = {
	.probe = find_probe,
	.driver = {
		.name = "sbuddy_client",
		.of_match_table = find_match,
		.suppress_bind_attrs = true,
	},
};

int find_driver_register(void)
{
	return platform_driver_register(&find_driver);
}

void find_driver_unregister(void)
{
	platform_driver_unregister(&find_driver);
}
