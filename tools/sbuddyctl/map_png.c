// SPDX-License-Identifier: GPL-2.0-only
/*
 * A PNG of a byte a pixel and a palette. Its data is deflated by way of blocks that are
 * stored as they are, which every reader takes and which needs no library.
 */
#include "ctl.h"
#include "pagemap.h"

#define SIDE 4 /* pixels of a cell */
#define STORED 65535u /* bytes that such a block may have */

struct buffer {
	unsigned char *bytes;
	size_t used;
};

static void put(struct buffer *to, const void *bytes, size_t count)
{
	unsigned char *more = realloc(to->bytes, to->used + count);

	if (!more)
		die("no memory for a picture of %zu bytes", to->used + count);
	memcpy(more + to->used, bytes, count);
	to->bytes = more;
	to->used += count;
}

static void put_word(struct buffer *to, uint32_t word)
{
	unsigned char bytes[4] = { (unsigned char)(word >> 24), (unsigned char)(word >> 16),
				   (unsigned char)(word >> 8), (unsigned char)word };

	put(to, bytes, sizeof(bytes));
}

/* The polynomial of CRC-32, reflected. */
static uint32_t crc_of(const unsigned char *bytes, size_t count)
{
	uint32_t crc = 0xffffffff;
	unsigned int bit;
	size_t i;

	for (i = 0; i < count; i++) {
		crc ^= bytes[i];
		for (bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}

static uint32_t adler_of(const unsigned char *bytes, size_t count)
{
	uint32_t a = 1, b = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		a = (a + bytes[i]) % 65521;
		b = (b + a) % 65521;
	}
	return b << 16 | a;
}

/* Length, name, data, and a checksum of name and data. */
static void put_chunk(struct buffer *to, const char *name, const struct buffer *data)
{
	size_t start;

	put_word(to, (uint32_t)data->used);
	start = to->used;
	put(to, name, 4);
	if (data->used)
		put(to, data->bytes, data->used);
	put_word(to, crc_of(to->bytes + start, to->used - start));
}

/* As zlib has it: a header, blocks, a checksum. */
static struct buffer stored(const struct buffer *raw)
{
	struct buffer out = { NULL, 0 };
	size_t at, count;

	put(&out, "\x78\x01", 2);
	for (at = 0; at < raw->used; at += count) {
		count = raw->used - at < STORED ? raw->used - at : STORED;
		unsigned char head[5] = {
			at + count == raw->used,      (unsigned char)count,
			(unsigned char)(count >> 8),  (unsigned char)~count,
			(unsigned char)(~count >> 8),
		};

		put(&out, head, sizeof(head));
		put(&out, raw->bytes + at, count);
	}
	put_word(&out, adler_of(raw->bytes, raw->used));
	return out;
}

/* Behind the last cell of the last row there is a hole. */
static struct buffer pixels_of(const struct picture *picture, uint32_t width, uint32_t height)
{
	struct buffer raw = { NULL, 0 };
	unsigned char *row = calloc(1, width + 1);
	uint32_t x, y;
	uint64_t cell;

	if (!row)
		die("no memory for a row of %u pixels", width);
	for (y = 0; y < height; y++) {
		for (x = 0; x < width; x++) {
			cell = (uint64_t)(y / SIDE) * picture->width + x / SIDE;
			row[1 + x] = cell < picture->cells ? picture->kinds[cell] : 0;
		}
		put(&raw, row, width + 1);
	}
	free(row);
	return raw;
}

static struct buffer palette_of(enum by by)
{
	struct buffer palette = { NULL, 0 };
	const struct kind *kind;
	unsigned int i;

	for (i = 0; (kind = picture_kind(by, i)); i++) {
		unsigned char rgb[3] = { (unsigned char)(kind->rgb >> 16),
					 (unsigned char)(kind->rgb >> 8),
					 (unsigned char)kind->rgb };

		put(&palette, rgb, sizeof(rgb));
	}
	return palette;
}

static void put_header(struct buffer *to, uint32_t width, uint32_t height)
{
	struct buffer header = { NULL, 0 };

	put_word(&header, width);
	put_word(&header, height);
	put(&header, "\x08\x03\x00\x00\x00", 5); /* eight bits, with a palette */
	put_chunk(to, "IHDR", &header);
	free(header.bytes);
}

void write_png(const struct picture *picture, const char *path)
{
	uint32_t width = picture->width * SIDE;
	uint32_t height = (uint32_t)((picture->cells + picture->width - 1) / picture->width) * SIDE;
	struct buffer raw = pixels_of(picture, width, height), data = stored(&raw);
	struct buffer palette = palette_of(picture->by), nothing = { NULL, 0 }, png = { NULL, 0 };
	FILE *file = begin_output(path);

	put(&png, "\x89PNG\r\n\x1a\n", 8);
	put_header(&png, width, height);
	put_chunk(&png, "PLTE", &palette);
	put_chunk(&png, "IDAT", &data);
	put_chunk(&png, "IEND", &nothing);
	fwrite(png.bytes, 1, png.used, file);
	end_output(file, path);
	free(raw.bytes);
	free(data.bytes);
	free(palette.bytes);
	free(png.bytes);
}
