// SPDX-License-Identifier: GPL-2.0-only
//
// Ways to draw. Texts of the record become text nodes, never markup.

const SVG = "http://www.w3.org/2000/svg";
const byId = (id) => document.getElementById(id);

function element(name, attributes, parent, text) {
	const made = document.createElement(name);

	return finished(made, attributes, parent, text);
}

function shape(name, attributes, parent, text) {
	return finished(document.createElementNS(SVG, name), attributes, parent, text);
}

function finished(made, attributes, parent, text) {
	for (const [key, value] of Object.entries(attributes ?? {}))
		made.setAttribute(key, value);
	if (text !== undefined)
		made.textContent = text;
	parent?.append(made);
	return made;
}

// What the pointer is on, beside it.
function tell(text, event) {
	const tip = byId("tip");

	tip.hidden = !text;
	if (!text)
		return;
	tip.textContent = text;
	const right = event.clientX + 16 + tip.offsetWidth > innerWidth;
	tip.style.left = `${right ? Math.max(event.clientX - tip.offsetWidth - 12, 4) : event.clientX + 16}px`;
	tip.style.top = `${Math.min(event.clientY + 14, innerHeight - tip.offsetHeight - 6)}px`;
}

function legend(id, entries) {
	const list = byId(id);

	list.replaceChildren();
	for (const { color, name, value } of entries) {
		const entry = element("span", {}, list);
		element("i", {}, entry).style.background = color;
		entry.append(name);
		if (value !== undefined) {
			entry.append(" ");
			element("b", {}, entry, value);
		}
	}
}

const themed = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// From large to small orders: dark to bright, also without colours.
const SCALE = ["#fde725", "#c8e020", "#90d743", "#5ec962", "#35b779", "#20a486", "#21918c",
	"#287c8e", "#31688e", "#3b528b", "#443983", "#481f70"];
const orderColor = (order, max) => SCALE[Math.round(order * (SCALE.length - 1) / Math.max(max, 1))];

// Shares from 0 to 1: dark to bright.
function shareColor(share) {
	const at = (1 - share) * (SCALE.length - 1);

	return SCALE[Math.round(at)];
}

// Kinds without an order of their own; far from each other for any eyes.
const KINDS = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#b8a700",
	"#7a5cc4", "#8c6d46", "#5f7d95"];
const kindColor = (index) => KINDS[index % KINDS.length];

// A chart over time: its scales, its cursor, what a pointer does.
class Chart {
	constructor(id, height, model) {
		this.svg = byId(id);
		this.height = height;
		this.model = model;
		this.left = 52;
		this.bottom = 18;
		this.svg.addEventListener("pointermove", (event) => this.point(event));
		this.svg.addEventListener("pointerleave", () => tell(""));
		this.svg.addEventListener("click", (event) => this.model.choose(this.nearest(event)));
	}

	begin() {
		this.width = Math.max(this.svg.clientWidth, 200);
		this.svg.setAttribute("viewBox", `0 0 ${this.width} ${this.height}`);
		this.svg.style.height = `${this.height}px`;
		this.svg.replaceChildren();
		this.inner = this.height - this.bottom;
	}

	x(us) {
		const last = this.model.lastUs || 1;

		return this.left + (this.width - this.left - 6) * us / last;
	}

	// Lines and names for some values from 0 to @most.
	grid(most, name) {
		for (let i = 0; i <= 4; i++) {
			const y = this.inner - (this.inner - 8) * i / 4;
			shape("line", { x1: this.left, x2: this.width - 6, y1: y, y2: y, class: "grid" }, this.svg);
			shape("text", { x: this.left - 6, y: y + 4, "text-anchor": "end" }, this.svg, name(most * i / 4));
		}
	}

	end() {
		const last = this.model.lastUs;

		for (const mark of this.model.record.marks) {
			const x = this.x(mark.us);
			shape("line", { x1: x, x2: x, y1: 8, y2: this.inner, class: "mark" }, this.svg);
		}
		for (let i = 0; i <= 4; i++)
			shape("text", { x: this.x(last * i / 4), y: this.height - 3,
				"text-anchor": i === 4 ? "end" : i ? "middle" : "start" }, this.svg, seconds(last * i / 4));
		this.cursor = shape("line", { y1: 8, y2: this.inner, class: "cursor" }, this.svg);
		this.move();
	}

	move() {
		const x = this.x(this.model.sample?.us ?? 0);

		this.cursor?.setAttribute("x1", x);
		this.cursor?.setAttribute("x2", x);
	}

	nearest(event) {
		const box = this.svg.getBoundingClientRect();
		const at = (event.clientX - box.left) * this.width / box.width;
		const { samples } = this.model.record;
		let best = 0;

		samples.forEach((sample, i) => {
			if (Math.abs(this.x(sample.us) - at) < Math.abs(this.x(samples[best].us) - at))
				best = i;
		});
		return best;
	}

	point(event) {
		const box = this.svg.getBoundingClientRect();
		const index = this.nearest(event);

		if (this.describe && this.model.record.samples.length)
			tell(this.describe(this.model.record.samples[index],
				(event.clientY - box.top) * this.height / box.height, index), event);
	}
}

// Areas on top of each other; @rows: { color, values }, the lowest first.
function drawStack(chart, rows, most, name) {
	const { samples } = chart.model.record;
	const floor = new Float64Array(samples.length);
	const y = (value) => chart.inner - (chart.inner - 8) * value / (most || 1);

	chart.grid(most, name);
	for (const { color, values } of rows) {
		const above = [], below = [];
		samples.forEach((sample, i) => {
			const x = chart.x(sample.us).toFixed(1);
			below.unshift(`${x},${y(floor[i]).toFixed(1)}`);
			floor[i] += values[i];
			above.push(`${x},${y(floor[i]).toFixed(1)}`);
		});
		shape("polygon", { points: [...above, ...below].join(" "), fill: color }, chart.svg);
	}
	chart.end();
}
