// SPDX-License-Identifier: GPL-2.0-only
//
// What was recorded, as the rest of the page wants it: each sample complete.
"use strict";

const STATES = ["hole", "reserved", "free", "on a per-CPU list", "in use", "guard page",
	"in quarantine", "poisoned"];
const TYPES = ["Unmovable", "Movable", "Reclaimable", "HighAtomic", "CMA", "Isolate"];
const ZONES = ["Normal", "HighMem", "Movable", "DMA"];
const [HOLE, RESERVED, FREE, PCP, USED] = [0, 1, 2, 3, 4];
const HEAD = 0x100;

const stateOf = (word) => word & 15;
const orderOf = (word) => word >> 4 & 15;
const typeOf = (word) => word >> 12 & 7;
const blockTypeOf = (word) => word >> 16 & 7;

// Lines that are not what they should be are counted, and passed over.
function readRecord(text) {
	const record = { head: null, samples: [], marks: [], latencies: [], end: null, bad: 0 };

	for (const line of text.split("\n")) {
		if (!line.trim())
			continue;
		let value;
		try {
			value = JSON.parse(line);
		} catch (error) {
			record.bad++;
			continue;
		}
		if (!record.head)
			record.head = value;
		else if (value.end)
			record.end = value.end;
		else if (value.load)
			addLoad(record, value);
		else if (Array.isArray(value.zones))
			record.samples.push(complete(value, record.samples[record.samples.length - 1]));
		else
			record.bad++;
	}
	return record;
}

function addLoad(record, line) {
	if (typeof line.load.mark === "string")
		record.marks.push({ us: line.us, text: line.load.mark });
	if (typeof line.load.latency === "string" && Array.isArray(line.load.ns))
		record.latencies.push({ us: line.us, name: line.load.latency, ns: line.load.ns });
}

// What is wrong with the first line, or nothing. A record may be anybody's, and what it says
// decides how much is drawn.
function faultOf(head) {
	const within = (value, low, high) => Number.isInteger(value) && value >= low && value <= high;

	if (head?.sbuddy_record !== 1)
		return "it is none of version 1";
	if (!within(head.pages, 0, 2 ** 26))
		return "its page map is too large";
	if (!within(head.page_bytes, 512, 2 ** 20) || !within(head.max_order, 0, 20))
		return "it has pages or orders that there are none of";
	if (head.base_pfn !== undefined && !within(head.base_pfn, 0, 2 ** 40))
		return "it begins where there is no memory";
	return "";
}

// What a sample does not tell is as it was.
function complete(sample, before) {
	sample.map = sample.map ?? before?.map ?? null;
	sample.owners = sample.owners ?? before?.owners ?? null;
	sample.counters = { ...before?.counters, ...sample.counters };
	sample.clients = sample.clients ?? [];
	sample.buffers = sample.buffers ?? [];
	sample.cpus = sample.cpus ?? [];
	sample.extfrag = sample.extfrag ?? [];
	return sample;
}

// [word, pages, times], or null. There are few different runs, and they come very often.
const knownRuns = new Map();

function parseRun(run) {
	const match = /^([0-9a-f]{1,8})(?:\*([1-9]\d{0,8}))?(?:x([1-9]\d{0,8}))?$/.exec(run);
	const parsed = match && [parseInt(match[1], 16), Number(match[2] ?? 1), Number(match[3] ?? 1)];

	if (knownRuns.size < 100000)
		knownRuns.set(run, parsed);
	return parsed;
}

function runsOf(text) {
	const runs = [];

	for (const run of text.split(" ")) {
		const parsed = knownRuns.get(run) ?? parseRun(run);
		if (parsed)
			runs.push(parsed);
	}
	return runs;
}

// A word a page; the first of a block has HEAD.
function decodeMap(text, pages) {
	const words = new Uint32Array(pages);
	let page = 0;

	for (const [word, count, times] of runsOf(text)) {
		for (let i = 0; i < times && page < pages; i++) {
			words.fill(word & ~HEAD, page, Math.min(page + count, pages));
			words[page] = word;
			page += count;
		}
	}
	return words;
}

// Ranges of pages that were ever memory, [first, end), lowest first.
function rangesOf(record) {
	const ranges = [];
	const seen = new Set();

	for (const region of record.head.memory ?? []) {
		const pages = Math.ceil(region.bytes / record.head.page_bytes);
		ranges.push([region.page, region.page + pages]);
	}
	for (const sample of record.samples) {
		if (!sample.map || seen.has(sample.map))
			continue;
		seen.add(sample.map);
		let page = 0;
		for (const [word, count, times] of runsOf(sample.map)) {
			const last = ranges[ranges.length - 1];
			if (stateOf(word) !== HOLE && last?.[1] === page)
				last[1] += count * times;
			else if (stateOf(word) !== HOLE)
				ranges.push([page, page + count * times]);
			page += count * times;
		}
	}
	return joinRanges(ranges, record.head.pages);
}

function joinRanges(ranges, pages) {
	const joined = [];

	ranges.sort((a, b) => a[0] - b[0]);
	for (let [first, end] of ranges) {
		const last = joined[joined.length - 1];
		first = Math.max(first, 0);
		end = Math.min(end, pages);
		if (last && first <= last[1])
			last[1] = Math.max(last[1], end);
		else if (first < end)
			joined.push([first, end]);
	}
	return joined;
}

// The owner of each page of the sample, as a number of names, or -1.
function decodeOwners(owners, pages) {
	const owner = new Int16Array(pages).fill(-1);

	for (const run of owners?.runs ? owners.runs.split(" ") : []) {
		const [page, order, name] = run.split(".").map(Number);
		if (page < pages && owners.names[name] !== undefined)
			owner.fill(name, page, page + 2 ** order);
	}
	return owner;
}

// Blocks of each order, of all zones.
function blocksOf(sample) {
	const blocks = [];

	for (const zone of sample.zones)
		zone.blocks.forEach((count, order) => { blocks[order] = (blocks[order] ?? 0) + count; });
	return blocks;
}

// Of what is free, the share in blocks smaller than each order; null when nothing is free.
function unusableOf(sample) {
	const blocks = blocksOf(sample);
	const free = blocks.reduce((sum, count, order) => sum + count * 2 ** order, 0);
	let smaller = 0;

	return blocks.map((count, order) => {
		const share = free ? smaller / free : null;
		smaller += count * 2 ** order;
		return share;
	});
}

function humanBytes(bytes) {
	const units = ["B", "KiB", "MiB", "GiB", "TiB"];
	let unit = 0;

	while (bytes >= 1024 && unit < 4) {
		bytes /= 1024;
		unit++;
	}
	return `${bytes >= 100 || Number.isInteger(bytes) ? Math.round(bytes) : bytes.toFixed(1)} ${units[unit]}`;
}

function humanTime(ns) {
	const units = [[1e9, "s"], [1e6, "ms"], [1e3, "µs"], [1, "ns"]];
	const [scale, unit] = units.find(([least]) => ns >= least) ?? units[3];

	return `${(ns / scale).toPrecision(ns / scale >= 100 ? 3 : 2)} ${unit}`;
}

const hex = (value) => "0x" + value.toString(16);
const seconds = (us) => `${(us / 1e6).toFixed(us < 1e8 ? 2 : 0)} s`;
