// SPDX-License-Identifier: GPL-2.0-only
//
// The page: one moment is chosen, and everything shows it.

class Model {
	constructor(record) {
		this.record = record;
		this.head = record.head;
		this.ranges = rangesOf(record);
		this.lastUs = Math.max(record.samples[record.samples.length - 1]?.us ?? 0, 1);
		this.listeners = [];
		this.index = -1;
	}

	choose(index) {
		const { samples } = this.record;

		index = Math.min(Math.max(index, 0), samples.length - 1);
		if (index === this.index || !samples.length)
			return;
		const before = this.sample;
		this.index = index;
		this.sample = samples[index];
		if (this.sample.map !== before?.map)
			this.words = this.sample.map ? decodeMap(this.sample.map, this.head.pages) : null;
		if (!this.owner || this.sample.owners !== before?.owners)
			this.owner = decodeOwners(this.sample.owners, this.head.pages);
		for (const listener of this.listeners)
			listener();
	}
}

function showHead(model) {
	const { head, record } = model;
	const parts = [`${head.backing}, ${humanBytes(head.memory_bytes)} in pages of ${humanBytes(head.page_bytes)}`,
		`blocks to order ${head.max_order}, pageblocks of order ${head.pageblock_order}`, `engine ${head.engine}`];

	document.title = `${head.instance}: sbuddy report`;
	byId("name").textContent = head.instance;
	if (head.started > 1e6)
		parts.push(new Date(head.started * 1000).toISOString().slice(0, 16).replace("T", " ") + " UTC");
	if (head.command?.length)
		parts.push(`while ${head.command.join(" ")} ran`);
	byId("what").textContent = parts.join(" · ");
	const missed = record.end?.missed ? `, ${record.end.missed} more were due` : "";
	byId("footer").textContent = `${record.samples.length} samples in ${seconds(model.lastUs)}${missed}; ` +
		`the record ${record.end ? `ended for: ${record.end.why}` : "has no end, and is shown as far as it goes"}. ` +
		`Written by sbuddyctl ${head.sbuddyctl}.`;
	if (record.bad)
		trouble(`${record.bad} lines of the record were not understood, and are left out.`);
}

function trouble(text) {
	byId("trouble").hidden = false;
	byId("trouble").textContent = text;
}

function showTiles(model) {
	const { sample, head } = model;
	const blocks = blocksOf(sample);
	const largest = blocks.findLastIndex((count) => count > 0);
	const unusable = unusableOf(sample)[head.max_order];
	const bytes = (pages) => humanBytes(pages * head.page_bytes);
	const tiles = [
		["free", bytes(sample.free), `of ${bytes(sample.managed)}`],
		["largest free block", largest < 0 ? "none" : bytes(2 ** largest), largest < 0 ? "" : `order ${largest}`],
		["in small blocks", unusable === null ? "–" : `${(100 * unusable).toFixed(1)} %`, "of what is free"],
		["in use", bytes(sample.managed - sample.free), `of ${sample.clients.length} client${sample.clients.length === 1 ? "" : "s"}`],
		["on per-CPU lists", bytes(sample.per_cpu), "free, but not in blocks"],
		["pinned", bytes(sample.pinned), "stays where it is"],
	];

	byId("tiles").replaceChildren();
	for (const [name, value, more] of tiles) {
		const tile = element("div", { class: "tile" }, byId("tiles"));
		element("span", { class: "quiet" }, tile, name);
		element("b", {}, tile, value);
		element("span", { class: "quiet" }, tile, more);
	}
}

// Regions, reserved ranges and zones, with holes drawn short.
function showLayout(model) {
	const { head, ranges } = model;
	const svg = byId("layout");
	const width = Math.max(svg.clientWidth, 300), left = 74, gap = 14;
	const pages = ranges.reduce((sum, [first, end]) => sum + end - first, 0);
	const scale = (width - left - gap * Math.max(ranges.length - 1, 0)) / Math.max(pages, 1);
	const x = (page) => {
		let at = left;
		for (const [first, end] of ranges) {
			if (page <= end)
				return at + Math.max(page - first, 0) * scale;
			at += (end - first) * scale + gap;
		}
		return at - gap;
	};
	const bar = (y, first, end, color, text, name) => {
		for (const range of ranges) {
			const from = Math.max(first, range[0]), to = Math.min(end, range[1]);
			if (from >= to)
				continue;
			const wide = Math.max(x(to) - x(from), 1.5);
			const box = shape("rect", { x: x(to) - wide, y, width: wide, height: 24, rx: 3, fill: color }, svg);
			box.addEventListener("pointermove", (event) => tell(text, event));
			box.addEventListener("pointerleave", () => tell(""));
			if (name && wide > 8 * name.length)
				shape("text", { x: x(to) - wide + 7, y: y + 16, fill: "#fff", style: "fill:#fff;pointer-events:none" },
					svg, name);
		}
	};
	const lane = (y, name) => shape("text", { x: 0, y: y + 16 }, svg, name);

	svg.setAttribute("viewBox", `0 0 ${width} 108`);
	svg.style.height = "108px";
	svg.replaceChildren();
	lane(0, "memory");
	for (const region of head.memory ?? [])
		bar(0, region.page, region.page + region.bytes / head.page_bytes, "#5c6877",
			describeRegion(head, region), humanBytes(region.bytes));
	lane(30, "reserved");
	for (const region of head.reserved ?? [])
		bar(30, region.page, region.page + region.bytes / head.page_bytes, themed("--poisoned"),
			describeRegion(head, region), "");
	lane(60, "zones");
	for (const zone of head.zones ?? [])
		bar(60, zone.page, zone.page + zone.spanned, kindColor(Math.max(ZONES.indexOf(zone.zone), 0)),
			describeZone(head, zone), `${zone.zone}, node ${zone.node}`);
	for (const [first, end] of ranges) {
		const at = (page) => head.base_pfn === undefined ? `page ${page}` : hex((head.base_pfn + page) * head.page_bytes);
		if ((end - first) * scale < 90)
			continue;
		shape("text", { x: x(first), y: 102 }, svg, at(first));
		if ((end - first) * scale > 190)
			shape("text", { x: x(end), y: 102, "text-anchor": "end" }, svg, at(end));
	}
	byId("layout-card").hidden = !ranges.length;
}

function describeRegion(head, region) {
	const node = region.node === undefined ? "" : `, node ${region.node}`;
	const flag = region.flag === "NONE" ? "" : `, ${region.flag}`;

	return `${humanBytes(region.bytes)}${node}${flag}\n${placeOf(head, region.page, 1)}`;
}

function describeZone(head, zone) {
	const bytes = (pages) => humanBytes(pages * head.page_bytes);

	return `zone ${zone.zone} of node ${zone.node}\nspans ${bytes(zone.spanned)}, ${bytes(zone.present)} present, ` +
		`${bytes(zone.managed)} managed\n${placeOf(head, zone.page, 1)}`;
}

function drawOrders(chart) {
	const { samples } = chart.model.record;
	const { max_order: max, page_bytes: size } = chart.model.head;
	const managed = Math.max(...samples.map((sample) => sample.managed), 1);
	const blocks = samples.map(blocksOf);
	const rows = [];

	for (let order = max; order >= 0; order--)
		rows.push({ color: orderColor(order, max), values: blocks.map((of) => (of[order] ?? 0) * 2 ** order) });
	rows.push({ color: themed("--poisoned"), values: samples.map((sample) => sample.per_cpu) });
	chart.begin();
	drawStack(chart, rows, managed, (pages) => humanBytes(pages * size));
	chart.describe = (sample) => [seconds(sample.us), ...blocksOf(sample).map((count, order) =>
		`order ${order}: ${count} free, ${humanBytes(count * 2 ** order * size)}`).reverse(),
	`per-CPU lists: ${humanBytes(sample.per_cpu * size)}`].join("\n");
	legend("orders-legend", [...Array(max + 1).keys()].map((order) =>
		({ color: orderColor(order, max), name: `order ${order}` })).concat(
		{ color: themed("--poisoned"), name: "per-CPU lists" }));
}

// Why a request would fail in a zone: Linux's fragmentation index.
function describeIndex(zone, order) {
	const index = zone.index?.[order];

	if (typeof index !== "number")
		return "";
	return `${zone.zone} of node ${zone.node}: ${index < 0 ? "a block is free" :
		`fragmentation index ${(index / 1000).toFixed(3)}, ${index > 500 ? "for it is in pieces" : "for lack of memory"}`}`;
}

// A column a sample, a row an order.
function drawFragmentation(chart) {
	const { samples } = chart.model.record;
	const orders = chart.model.head.max_order + 1;
	const step = Math.max(Math.ceil(samples.length / 400), 1);

	chart.begin();
	const high = (chart.inner - 8) / orders;
	const y = (order) => 8 + (orders - 1 - order) * high;
	for (let i = 0; i < samples.length; i += step) {
		const from = chart.x(samples[i].us);
		const to = i + step < samples.length ? chart.x(samples[i + step].us) : chart.width - 6;
		unusableOf(samples[i]).forEach((share, order) => shape("rect", { x: from.toFixed(1), y: y(order).toFixed(1),
			width: Math.max(to - from + .4, 1).toFixed(1), height: (high - 1).toFixed(1),
			fill: share === null ? themed("--line") : shareColor(share) }, chart.svg));
	}
	for (let order = 0; order < orders; order += orders > 8 ? 2 : 1)
		shape("text", { x: chart.left - 6, y: y(order) + high / 2 + 4, "text-anchor": "end" }, chart.svg, `order ${order}`);
	chart.end();
	chart.describe = (sample, at) => {
		const order = Math.min(Math.max(Math.floor(orders - (at - 8) / high), 0), orders - 1);
		const share = unusableOf(sample)[order];
		return [`${seconds(sample.us)}, order ${order}`, share === null ? "nothing is free" :
			`${(100 * share).toFixed(1)} % of the free memory is in smaller blocks`,
		...sample.extfrag.map((zone) => describeIndex(zone, order))].filter(Boolean).join("\n");
	};
	legend("fragmentation-legend", [0, .25, .5, .75, 1].map((share) =>
		({ color: shareColor(share), name: `${100 * share} %` })));
}

const clientKey = (client) => `${client.comm} [${client.pid}]`;

function drawClients(chart) {
	const { samples } = chart.model.record;
	const keys = [...new Set(samples.flatMap((sample) => sample.clients.map(clientKey)))];
	const of = (sample, key) => sample.clients.reduce((sum, client) =>
		sum + (clientKey(client) === key ? client.bytes : 0), 0);
	const rows = keys.map((key, i) => ({ color: kindColor(i), values: samples.map((sample) => of(sample, key)) }));
	const most = Math.max(...samples.map((_, i) => rows.reduce((sum, row) => sum + row.values[i], 0)), 1);

	chart.keys = keys;
	chart.begin();
	drawStack(chart, rows, most, humanBytes);
	chart.describe = (sample) => [seconds(sample.us), ...keys.map((key) => [key, of(sample, key)]).filter(([, bytes]) => bytes)
		.map(([key, bytes]) => `${key}: ${humanBytes(bytes)}`)].join("\n");
}

function table(id, columns, rows) {
	const made = byId(id);
	const head = element("tr", {}, undefined);

	made.replaceChildren(head);
	for (const [name, number] of columns)
		element("th", number ? { class: "n" } : {}, head, name);
	for (const row of rows) {
		const line = element("tr", {}, made);
		row.forEach((value, i) => {
			const cell = element("td", columns[i][1] ? { class: "n" } : {}, line);
			cell.append(value);
		});
	}
}

function showClients(model, chart) {
	const swatch = (client) => {
		const text = element("span");
		element("i", {}, element("span", { class: "legend", style: "display:inline" }, text)).style.background =
			kindColor(chart.keys.indexOf(clientKey(client)));
		text.append(client.comm);
		return text;
	};
	const names = (client) => model.sample.buffers.filter((group) => group.id === client.id && group.name)
		.map((group) => `${group.name}: ${group.buffers} × ${humanBytes(group.bytes / group.buffers)}`).join(", ");

	table("clients-table", [["process"], ["pid", 1], ["buffers", 1], ["has", 1], ["at most", 1], ["pins", 1], ["for"]],
		model.sample.clients.map((client) => [swatch(client), client.pid, client.buffers, humanBytes(client.bytes),
			humanBytes(client.peak), client.pins, names(client)]));
}

function drawCpus(chart) {
	const { samples } = chart.model.record;
	const name = (cpu) => `CPU ${cpu.cpu}, ${cpu.zone} of node ${cpu.node}`;
	const names = [...new Set(samples.flatMap((sample) => sample.cpus.map(name)))];
	const most = Math.max(...samples.flatMap((sample) => sample.cpus.map((cpu) => Math.max(cpu.count, cpu.high))), 1);
	const y = (value) => chart.inner - (chart.inner - 8) * value / most;

	byId("cpus-card").hidden = !names.length;
	if (!names.length)
		return;
	chart.begin();
	chart.grid(most, (value) => value.toFixed(0));
	names.forEach((of, i) => {
		const points = samples.flatMap((sample) => sample.cpus.filter((cpu) => name(cpu) === of)
			.map((cpu) => `${chart.x(sample.us).toFixed(1)},${y(cpu.count).toFixed(1)}`));
		shape("polyline", { points: points.join(" "), fill: "none", stroke: kindColor(i), "stroke-width": 2 }, chart.svg);
	});
	chart.end();
	chart.describe = (sample) => [seconds(sample.us), ...sample.cpus.map((cpu) =>
		`${name(cpu)}: ${cpu.count} pages, high ${cpu.high}, batch ${cpu.batch}`)].join("\n");
	legend("cpus-legend", names.map((of, i) => ({ color: kindColor(i), name: of })));
}

function sparkline(samples, name, index) {
	const values = samples.map((sample) => sample.counters[name] ?? 0);
	const low = Math.min(...values), high = Math.max(...values, low + 1);
	const x = (i) => 2 + 86 * i / Math.max(values.length - 1, 1), y = (value) => 16 - 14 * (value - low) / (high - low);
	const svg = shape("svg", { viewBox: "0 0 90 18", "aria-hidden": "true" });

	shape("polyline", { points: values.map((value, i) => `${x(i).toFixed(1)},${y(value).toFixed(1)}`).join(" "),
		fill: "none", stroke: themed("--accent"), "stroke-width": 1.5 }, svg);
	shape("circle", { cx: x(index), cy: y(values[index]), r: 2.5, fill: themed("--ink") }, svg);
	return svg;
}

function showCounters(model) {
	const { samples } = model.record;
	const all = byId("all-counters").checked;
	const names = Object.keys(samples[samples.length - 1].counters);
	const moved = names.filter((name) => samples.some((sample) => sample.counters[name] !== samples[0].counters[name]));

	byId("counters-card").hidden = !names.length;
	table("counters", [["counter"], ["over time"], ["since the beginning", 1], ["value", 1]],
		(all ? names : moved).map((name) => {
			const value = model.sample.counters[name] ?? 0, change = value - (samples[0].counters[name] ?? 0);
			return [name, sparkline(samples, name, model.index), (change > 0 ? "+" : "") + change.toLocaleString("en"),
				value.toLocaleString("en")];
		}));
}

// Nanoseconds that a share of all did not exceed.
function percentile(pairs, share) {
	const total = pairs.reduce((sum, [, count]) => sum + count, 0);
	let seen = 0;

	for (const [ns, count] of pairs) {
		seen += count;
		if (seen >= total * share)
			return ns;
	}
	return 0;
}

// What was told several times of one name is one histogram.
function joinLatencies(latencies) {
	const joined = new Map();

	for (const { name, ns } of latencies) {
		const pairs = joined.get(name) ?? new Map();
		for (const pair of ns)
			if (Array.isArray(pair) && pair.length === 2 && pair.every(Number.isFinite))
				pairs.set(pair[0], (pairs.get(pair[0]) ?? 0) + pair[1]);
		joined.set(name, pairs);
	}
	return [...joined].map(([name, pairs]) => [name, [...pairs].sort((a, b) => a[0] - b[0])])
		.filter(([, pairs]) => pairs.some(([, count]) => count));
}

function showLatencies(model) {
	const joined = joinLatencies(model.record.latencies);
	const power = (ns) => Math.log2(Math.max(ns, 1));
	const low = Math.floor(Math.min(...joined.map(([, pairs]) => power(pairs.find(([, count]) => count)[0])))) - 1;
	const high = Math.ceil(Math.max(...joined.map(([, pairs]) => power(pairs.findLast(([, count]) => count)[0]))));

	byId("latency-card").hidden = !joined.length;
	byId("latency").replaceChildren();
	for (const [name, pairs] of joined) {
		const row = element("div", {}, byId("latency"));
		const total = pairs.reduce((sum, [, count]) => sum + count, 0);
		const shares = [.5, .9, .99].map((share) => `${100 * share} %: ${humanTime(percentile(pairs, share))}`);
		const line = element("div", { class: "legend" }, row);
		element("b", {}, line, name);
		element("span", {}, line, `${total.toLocaleString("en")} times`);
		element("span", {}, line, shares.join(" · "));
		drawHistogram(row, pairs, low, Math.max(high, low + 2), power);
	}
}

function drawHistogram(parent, pairs, low, high, power) {
	const svg = shape("svg", { role: "img", "aria-label": "Times" }, parent);
	const most = Math.max(...pairs.map(([, count]) => count));
	const width = Math.max(svg.clientWidth, 200);
	const x = (value) => width * (value - low) / (high - low);
	let from = low;

	svg.setAttribute("viewBox", `0 0 ${width} 84`);
	svg.style.height = "84px";
	for (const [ns, count] of pairs) {
		const to = power(ns);
		// The root, so that what is rare is seen; it is what one looks for.
		const tall = count ? Math.max(66 * Math.sqrt(count / most), 1.5) : 0;
		const bar = shape("rect", { x: x(from), y: 68 - tall, width: Math.max(x(to) - x(from) - 1.5, 1), height: tall,
			fill: kindColor(0) }, svg);
		bar.addEventListener("pointermove", (event) => tell(`up to ${humanTime(ns)}: ${count} times`, event));
		bar.addEventListener("pointerleave", () => tell(""));
		from = Math.max(to, low);
	}
	for (let at = Math.ceil(low); at <= high; at += Math.max(Math.round((high - low) / 6), 1))
		shape("text", { x: x(at), y: 82, "text-anchor": at >= high ? "end" : at <= low ? "start" : "middle" }, svg, humanTime(2 ** at));
}

function showMarks(model) {
	const svg = byId("marks");
	const width = Math.max(svg.clientWidth, 100);
	const places = model.record.marks.map((mark) =>
		8 + (width - 16) * indexAt(model, mark.us) / Math.max(model.record.samples.length - 1, 1));

	svg.replaceChildren();
	svg.setAttribute("viewBox", `0 0 ${width} 16`);
	model.record.marks.forEach((mark, i) => {
		const x = places[i];
		const line = shape("circle", { cx: x, cy: 11, r: 3, fill: themed("--accent") }, svg);
		line.addEventListener("pointermove", (event) => tell(`${seconds(mark.us)}: ${mark.text}`, event));
		line.addEventListener("pointerleave", () => tell(""));
		const text = shape("text", { x: x + 7, y: 15 }, svg, mark.text);
		if (x + 10 + text.getComputedTextLength() > (places[i + 1] ?? width))
			text.remove();
	});
}

// The first sample that is not before it.
function indexAt(model, us) {
	const index = model.record.samples.findIndex((sample) => sample.us >= us);

	return index < 0 ? model.record.samples.length - 1 : index;
}

function showClock(model) {
	const mark = model.record.marks.findLast((of) => of.us <= model.sample.us);

	byId("time").value = model.index;
	byId("clock").textContent = `${seconds(model.sample.us)} · ${model.index + 1} of ${model.record.samples.length}` +
		(mark ? ` · ${mark.text}` : "");
}

function player(model) {
	let timer = 0;
	const stop = () => {
		clearInterval(timer);
		timer = 0;
		byId("play").textContent = "▶";
	};

	byId("play").addEventListener("click", () => {
		if (timer)
			return stop();
		if (model.index === model.record.samples.length - 1)
			model.choose(0);
		byId("play").textContent = "❚❚";
		const step = Math.max(Math.round(model.record.samples.length / 300), 1);
		timer = setInterval(() => {
			model.choose(model.index + step);
			if (model.index === model.record.samples.length - 1)
				stop();
		}, 120);
	});
	byId("time").addEventListener("input", () => {
		stop();
		model.choose(Number(byId("time").value));
	});
}

function theme(redraw) {
	const set = (name) => { document.documentElement.dataset.theme = name; };
	const dark = matchMedia("(prefers-color-scheme: dark)");

	set(dark.matches ? "dark" : "light");
	dark.addEventListener("change", () => { set(dark.matches ? "dark" : "light"); redraw(); });
	byId("theme").addEventListener("click", () => {
		set(document.documentElement.dataset.theme === "dark" ? "light" : "dark");
		redraw();
	});
}

function start() {
	const record = readRecord(byId("record").textContent);

	const fault = faultOf(record.head);

	if (fault)
		return trouble(`This record cannot be drawn: ${fault}.`);
	const model = new Model(record);
	const map = new PageMap(model);
	const charts = { orders: new Chart("orders", 220, model), fragmentation: new Chart("fragmentation", 220, model),
		clients: new Chart("clients", 150, model), cpus: new Chart("cpus", 150, model) };
	const redraw = () => {
		if (!model.sample)
			return;
		showLayout(model);
		showMarks(model);
		map.layout();
		drawOrders(charts.orders);
		drawFragmentation(charts.fragmentation);
		drawClients(charts.clients);
		drawCpus(charts.cpus);
		showLatencies(model);
		showCounters(model);
		showClients(model, charts.clients);
	};

	theme(redraw);
	showHead(model);
	if (!record.samples.length)
		return trouble("There is no sample in this record.");
	byId("time").max = record.samples.length - 1;
	byId("map-card").hidden = !record.samples.some((sample) => sample.map);
	byId("clients-card").hidden = !record.samples.some((sample) => sample.clients.length);
	player(model);
	byId("all-counters").addEventListener("change", () => showCounters(model));
	model.choose(0);
	redraw();
	model.listeners.push(() => showTiles(model), () => showClock(model), () => map.draw(),
		() => showClients(model, charts.clients), () => showCounters(model),
		() => Object.values(charts).forEach((chart) => chart.move()));
	model.listeners.forEach((listener) => listener());
	let wait = 0;
	addEventListener("resize", () => { clearTimeout(wait); wait = setTimeout(redraw, 80); });
}

try {
	start();
} catch (error) {
	trouble(`This record cannot be drawn: ${error.message}.`);
}
