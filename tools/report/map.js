// SPDX-License-Identifier: GPL-2.0-only
//
// The page map: rows of cells, a cell for a page or more, without the holes between.

const BYS = ["state", "type", "order", "owner"];

class PageMap {
	constructor(model) {
		this.model = model;
		this.by = "state";
		this.canvas = byId("map");
		this.hover = -1;
		this.canvas.addEventListener("pointermove", (event) => this.point(event));
		this.canvas.addEventListener("pointerleave", () => { tell(""); this.mark(-1); });
		this.canvas.addEventListener("keydown", (event) => this.key(event));
		for (const by of BYS) {
			const button = element("button", { type: "button", "data-by": by, "aria-pressed": by === this.by },
				byId("by"), by);
			button.disabled = by === "owner" && !model.record.samples.some((sample) => sample.owners);
			if (button.disabled)
				button.title = "the debug mode owner was off";
			button.addEventListener("click", () => this.choose(by));
		}
	}

	choose(by) {
		this.by = by;
		for (const button of byId("by").children)
			button.setAttribute("aria-pressed", button.dataset.by === by);
		this.draw();
	}

	// As many pages a cell, and cells a row, as make a picture that is not too high.
	arrange() {
		const { ranges, head } = this.model;
		const width = Math.max(this.canvas.parentElement.clientWidth - 38, 256);

		for (this.cell = 1; ; this.cell *= 2) {
			for (this.columns = 64; this.columns <= 256; this.columns *= 2) {
				this.rows = rowsOf(ranges, this.columns * this.cell);
				this.side = Math.max(Math.floor(width / this.columns), 1);
				if (this.rows.length * this.side <= 620 || this.cell * 256 > head.pages)
					return;
			}
		}
	}

	// Where each row is drawn: there is a gap where rows are left out.
	place() {
		const pages = this.columns * this.cell;
		let y = 0;

		this.tops = this.rows.map((row, i) => {
			y += i && row !== this.rows[i - 1] + pages ? 7 : 0;
			const top = y;
			y += this.side;
			return top;
		});
		this.high = y;
	}

	layout() {
		const ratio = devicePixelRatio || 1;

		this.arrange();
		this.place();
		const wide = this.columns * this.side;
		this.canvas.width = wide * ratio;
		this.canvas.height = Math.max(this.high, 1) * ratio;
		this.canvas.style.width = `${wide}px`;
		this.canvas.style.height = `${this.high}px`;
		this.ratio = ratio;
		byId("map-scale").textContent = `A cell is ${humanBytes(this.cell * this.model.head.page_bytes)}, a row ` +
			`${humanBytes(this.columns * this.cell * this.model.head.page_bytes)}; holes are left out.`;
		this.draw();
	}

	draw() {
		const context = this.canvas.getContext("2d", { willReadFrequently: true });
		const palette = paletteOf(this.by, this.model);
		const count = new Map();

		context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
		context.fillStyle = themed("--hole");
		context.fillRect(0, 0, this.canvas.width, this.canvas.height);
		if (this.model.words)
			this.rows.forEach((row, i) => this.drawRow(context, row, this.tops[i], palette, count));
		const first = this.by === "owner" ? (a, b) => b[1] - a[1] : (a, b) => a[0] - b[0];
		legend("legend", [...count].sort(first).slice(0, 24).map(([kind, pages]) =>
			({ ...palette.describe(kind), value: humanBytes(pages * this.model.head.page_bytes) })));
		this.mark(-1);
	}

	// Cells of one block and one kind are one rectangle; blocks are told apart by a line.
	drawRow(context, row, top, palette, count) {
		const { words } = this.model;
		const gap = this.side >= 4 ? 1 : 0;
		let start = 0, kind = this.kindAt(row, palette, count);

		for (let column = 1; column <= this.columns; column++) {
			const page = row + column * this.cell;
			const next = column < this.columns ? this.kindAt(page, palette, count) : null;
			if (next === kind && !(this.cell === 1 && gap && words[page] & HEAD))
				continue;
			if (kind !== HOLE) {
				context.fillStyle = palette.describe(kind).color;
				context.fillRect(start * this.side, top, (column - start) * this.side - gap,
					this.side - (this.goesOn(row + start * this.cell) ? 0 : gap));
			}
			start = column;
			kind = next;
		}
	}

	// Whether the block of a page goes on in the row below.
	goesOn(page) {
		const { words } = this.model;
		const below = words[page + this.columns];

		return this.cell === 1 && stateOf(words[page]) !== HOLE && below === (words[page] & ~HEAD);
	}

	// That of most pages of the cell; of two, what is in use counts.
	kindAt(page, palette, count) {
		const { words, owner, head } = this.model;
		const end = Math.min(page + this.cell, head.pages);
		const here = new Map();
		let best = HOLE, most = 0;

		for (; page < end; page++) {
			const kind = palette.kind(words[page], owner[page]);
			const pages = (here.get(kind) ?? 0) + 1;
			here.set(kind, pages);
			if (kind !== HOLE)
				count.set(kind, (count.get(kind) ?? 0) + 1);
			if (pages > most || (pages === most && stateOf(words[page]) === USED)) {
				best = kind;
				most = pages;
			}
		}
		return best;
	}

	pageAt(event) {
		const box = this.canvas.getBoundingClientRect();
		const y = event.clientY - box.top;
		const column = Math.floor((event.clientX - box.left) / this.side);
		const row = this.tops.findIndex((top) => y >= top && y < top + this.side);

		if (row < 0 || column < 0 || column >= this.columns)
			return -1;
		const page = this.rows[row] + column * this.cell;
		return page < this.model.head.pages ? page : -1;
	}

	point(event) {
		const page = this.model.words ? this.pageAt(event) : -1;

		this.mark(page);
		tell(page < 0 ? "" : this.describe(page), event);
	}

	// Arrow keys walk from cell to cell.
	key(event) {
		const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -this.columns, ArrowDown: this.columns }[event.key];

		if (!step || !this.model.words)
			return;
		event.preventDefault();
		let page = this.hover < 0 ? this.rows[0] : this.hover + step * this.cell;
		page = Math.min(Math.max(page, this.rows[0]), this.model.head.pages - 1);
		this.mark(page);
		const box = this.canvas.getBoundingClientRect();
		const row = this.rowOf(page);
		tell(this.describe(page), { clientX: box.left + (page - this.rows[row]) / this.cell * this.side,
			clientY: box.top + this.tops[row] + this.side });
	}

	rowOf(page) {
		const row = this.rows.findLastIndex((first) => first <= page);

		return Math.max(row, 0);
	}

	mark(page) {
		const context = this.canvas.getContext("2d", { willReadFrequently: true });

		if (this.saved)
			context.putImageData(this.saved.pixels, this.saved.x, this.saved.y);
		this.saved = null;
		this.hover = page;
		if (page < 0)
			return;
		const row = this.rowOf(page);
		const x = Math.floor((page - this.rows[row]) / this.cell) * this.side, y = this.tops[row];
		const at = [x - 2, y - 2, this.side + 4, this.side + 4].map((value) => Math.round(value * this.ratio));
		this.saved = { pixels: context.getImageData(...at), x: at[0], y: at[1] };
		context.strokeStyle = themed("--ink");
		context.lineWidth = 1.5;
		context.strokeRect(x - .75, y - .75, this.side + .5, this.side + .5);
	}

	describe(page) {
		const { head, words, owner, sample } = this.model;
		const word = words[page], state = stateOf(word);
		const lines = [placeOf(head, page, this.cell)];

		if (state === HOLE)
			return [...lines, "no memory"].join("\n");
		lines.push(`${STATES[state] ?? "unknown"}, order ${orderOf(word)}` +
			` (a block of ${humanBytes(head.page_bytes * 2 ** orderOf(word))})`);
		if (state === FREE || state === USED || state === PCP)
			lines.push(`type ${TYPES[typeOf(word)] ?? "?"}, in a pageblock of ${TYPES[blockTypeOf(word)] ?? "?"}`);
		lines.push(`node ${word >> 24 & 7}, zone ${ZONES[word >> 20 & 7] ?? "?"}`);
		if (owner[page] >= 0)
			lines.push(`owner ${sample.owners.names[owner[page]]}`);
		else if (state === USED)
			lines.push(sample.owners ? "owner not known" : "owner not recorded: the debug mode was off");
		return lines.join("\n");
	}
}

function placeOf(head, page, cell) {
	const more = cell > 1 ? `, the first of ${cell} of this cell` : "";

	if (head.base_pfn === undefined)
		return `page ${page}${more}`;
	return `page ${page}${more}\npfn ${hex(head.base_pfn + page)}, at ${hex((head.base_pfn + page) * head.page_bytes)}`;
}

function rowsOf(ranges, pages) {
	const rows = [];

	for (const [first, end] of ranges)
		for (let row = Math.floor(first / pages) * pages; row < end; row += pages)
			if (rows[rows.length - 1] !== row)
				rows.push(row);
	return rows;
}

// What a page counts as, and how that is shown. Kind 0 is a hole.
function paletteOf(by, model) {
	const max = model.head.max_order;
	const grey = themed("--reserved"), free = themed("--free");
	const names = ["--hole", "--reserved", "--free", "--percpu", "--used", "--guard", "--quarantine", "--poisoned"];
	const colors = names.map(themed);

	if (by === "state")
		return { kind: stateOf, describe: (kind) => ({ color: colors[kind] ?? grey, name: STATES[kind] ?? "unknown" }) };
	const taken = (state) => state === RESERVED ? 1 : 2;
	const plain = [{}, { color: grey, name: "reserved" }, { color: themed("--quiet"), name: "other" },
		{ color: free, name: "free" }];
	if (by === "order")
		return {
			kind: (word) => stateOf(word) === FREE ? 16 + orderOf(word) : stateOf(word) === HOLE ? HOLE :
				stateOf(word) === RESERVED ? 1 : 4,
			describe: (kind) => kind >= 16 ? { color: orderColor(kind - 16, max), name: `free, order ${kind - 16}` } :
				kind === 4 ? { color: themed("--line"), name: "not free" } : plain[kind],
		};
	if (by === "type")
		return {
			kind: (word) => stateOf(word) === HOLE ? HOLE : stateOf(word) === RESERVED ? 1 :
				(stateOf(word) === FREE ? 16 : 32) + blockTypeOf(word),
			describe: (kind) => kind < 16 ? plain[kind] : kind < 32 ?
				{ color: kindColor(TYPE_COLORS[kind - 16]) + "55", name: `${TYPES[kind - 16]}, free` } :
				{ color: kindColor(TYPE_COLORS[kind - 32]), name: `${TYPES[kind - 32]}, in use` },
		};
	return {
		kind: (word, owner) => stateOf(word) === HOLE ? HOLE : owner >= 0 ? 16 + owner :
			stateOf(word) === FREE || stateOf(word) === PCP ? 3 : taken(stateOf(word)),
		describe: (kind) => kind < 16 ? plain[kind] :
			{ color: kindColor(kind - 16), name: model.sample.owners?.names[kind - 16] ?? "?" },
	};
}

const TYPE_COLORS = [5, 0, 2, 6, 3, 9];
