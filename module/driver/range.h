/* SPDX-License-Identifier: GPL-2.0-only */
/* Ranges of memory as people write them: "0x90000000 64M 0 nomap". */
#ifndef SBUDDY_RANGE_H
#define SBUDDY_RANGE_H

#include "instance.h"

/**
 * sbuddy_range_bytes() - Read a number with a suffix K, M, G or T.
 * @text: all of it is the number; decimal, or hexadecimal with 0x
 * @value: set on success
 *
 * Return: 0 or -EINVAL.
 */
int sbuddy_range_bytes(const char *text, u64 *value);

/**
 * sbuddy_range_parse() - Read one range: BASE SIZE [NID] [FLAG]...
 * @line: text without a line's end; cut into words
 * @bank: filled in
 * @base: an address comes first
 * @node: a node's number and flags may follow
 *
 * Return: 0, or -EINVAL, also for a range that is empty or passes 2^64.
 */
int sbuddy_range_parse(char *line, struct sb_bank *bank, bool base, bool node);

/**
 * sbuddy_range_print() - Write one range as a line.
 * @page: a page of text
 * @used: characters in it
 * @bank: the range
 * @base: tell its address
 * @node: tell its node
 *
 * Return: characters in @page now.
 */
int sbuddy_range_print(char *page, int used, const struct sb_bank *bank, bool base, bool node);

#endif
