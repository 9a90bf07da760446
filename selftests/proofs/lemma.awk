# SPDX-License-Identifier: GPL-2.0-only
#
# awk -f lemma.awk -v width=64 -v formula='(= x x)': a question to z3, which answers "unsat"
# once for each bit when the formula is true of all words of a width; see "lemmas".

function word(value) { return sprintf("(_ bv%s %d)", value, width) }
function say(name, value) { printf "(define-fun %s () word %s)\n", name, value }

function ask(formula)
{
	gsub(/2\^64/, width == "int" ? "18446744073709551616" : word("18446744073709551616"), formula)
	gsub(/ 64\)/, " " word(64) ")", formula)
	print "(assert (not " formula "))"
	print "(check-sat)"
}

function each_bit(	k)
{
	for (k = 0; k < width; k++) {
		print "(push)"
		say("k", word(k))
		say("p", "p" k)
		ask(formula)
		print "(pop)"
	}
}

BEGIN {
	if (width == "int") {
		print "(declare-const x Int)\n(declare-const y Int)"
		ask(formula)
		exit
	}
	printf "(define-sort word () (_ BitVec %d))\n(declare-const x word)\n", width
	say("zero", word(0))
	say("one", word(1))
	say("two", word(2))
	say("shift", word(12))
	say("page", word(4096))
	for (k = 0; k < width; k++) {
		say("p" k, k ? sprintf("(bvadd p%d p%d)", k - 1, k - 1) : "one")
		any = any sprintf(" (= x p%d)", k)
	}
	say("top", "(bvshl one " word(width - 1) ")")
	print "(define-fun power () Bool (or" any "))"
	if (formula ~ /[( ][kp][ )]/)
		each_bit()
	else
		ask(formula)
}
