/* SPDX-License-Identifier: GPL-2.0-only */
/* A script under way: what script.c and statement.c share. */
#ifndef LAB_SCRIPT_H
#define LAB_SCRIPT_H

#include "lab.h"

#define LAB_MAX_WORDS 80

/* A statement, cut into words. */
struct lab_line {
	unsigned int nr;
	char *word[LAB_MAX_WORDS];
	char text[LAB_LINE];
	char whole[LAB_LINE];
};

/* A word that has to be there; a word that is a number. */
const char *lab_word(const struct lab_line *line, unsigned int i);
unsigned long lab_number(const char *text);

/* Does what a statement says to the machine, and tells it unless @quiet. */
void lab_statement(struct lab *lab, const struct lab_line *line, bool quiet);

#endif
