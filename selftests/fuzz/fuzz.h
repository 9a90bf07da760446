/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A harness gives a parser, or a model of the allocator, whatever bytes it is handed:
 *
 *	clang -fsanitize=fuzzer,...	libFuzzer looks for bytes that reach new code
 *	any compiler, with replay.c	the program runs the files it is told
 *
 * What is wrong ends the program: a failed FUZZ_EXPECT, a failed EXPECT of a model, or
 * what a sanitizer finds.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What each harness is. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_EXPECT(cond)                                                                        \
	do {                                                                                     \
		if (!(cond)) {                                                                   \
			fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, #cond); \
			abort();                                                                 \
		}                                                                                \
	} while (0)

/* A copy of the bytes as a text that ends where they do, so that a step beyond is seen. */
static inline char *fuzz_text(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	FUZZ_EXPECT(text);
	memcpy(text, data, size);
	text[size] = '\0';
	return text;
}

#endif
