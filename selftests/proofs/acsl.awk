# SPDX-License-Identifier: GPL-2.0-only
#
# Contracts are comments of the kernel's style, a star before each line: this makes ACSL of
# them, whose lines begin with "@".

/^[ \t]*\/\*@/ { inside = 1 }
inside { sub(/^[ \t]*\*([ \t]|$)/, " @ ") }
/\*\// { inside = 0 }
{ print }
