/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What of the unit tests is not run in the kernel, and why: cases by name, and with ALL
 * programs that are not even built, as Kbuild reads here. Included with LEFT_OUT() defined.
 */
LEFT_OUT(test_watermark, ALL, "it judges by floating point, which the kernel does without")
LEFT_OUT(test_hotplug_threads, ALL, "threads stand for CPUs")
LEFT_OUT(test_interleave, ALL, "threads stand for CPUs")
LEFT_OUT(test_slab_threads, ALL, "threads stand for CPUs")
LEFT_OUT(test_region_walk, ALL, "all there is has been gone through once, on the host")
LEFT_OUT(test_debug, modes_are_switched_while_others_allocate, "threads stand for CPUs")
LEFT_OUT(test_front, lists_are_drained_and_frozen_under_their_cpus, "threads stand for CPUs")
LEFT_OUT(test_hotplug, descriptors_stay_while_somebody_looks, "threads stand for CPUs")
LEFT_OUT(test_pcp, four_cpus_share_a_zone, "threads stand for CPUs")
LEFT_OUT(test_owner, page_owner_sort_finds_its_fields, "the kernel has no regular expressions")
LEFT_OUT(test_owner, the_text_can_be_left_for_page_owner_sort, "it writes a file")
