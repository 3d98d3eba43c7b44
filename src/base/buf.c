/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/buf.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

void buf_done(struct buf *buf)
{
	free(buf->data);
	*buf = (struct buf){ 0 };
}

void buf_clear(struct buf *buf)
{
	buf_truncate(buf, 0);
}

void buf_truncate(struct buf *buf, size_t len)
{
	if (len >= buf->len && len)
		return;
	buf->len = len;
	if (buf->data)
		buf->data[len] = '\0';
}

void buf_reserve(struct buf *buf, size_t extra)
{
	if (extra > SIZE_MAX / 2 - buf->len - 1)
		abort();
	size_t need = buf->len + extra + 1;
	if (need <= buf->capacity)
		return;
	size_t capacity = buf->capacity ? buf->capacity : 64;
	while (capacity < need)
		capacity *= 2;
	buf->data = mem_resize(buf->data, capacity, 1);
	buf->data[buf->len] = '\0';
	buf->capacity = capacity;
}

void buf_add(struct buf *buf, const char *bytes, size_t len)
{
	buf_reserve(buf, len);
	if (len)
		memcpy(buf->data + buf->len, bytes, len);
	buf->len += len;
	buf->data[buf->len] = '\0';
}

void buf_add_str(struct buf *buf, const char *s)
{
	buf_add(buf, s, strlen(s));
}

void buf_add_char(struct buf *buf, char c)
{
	if (buf->len + 1 >= buf->capacity)
		buf_reserve(buf, 1);
	buf->data[buf->len++] = c;
	buf->data[buf->len] = '\0';
}

void buf_add_integer(struct buf *buf, long long number)
{
	char digits[24], *p = digits + sizeof(digits);
	unsigned long long rest =
		number < 0 ? 0 - (unsigned long long)number : (unsigned long long)number;
	do
		*--p = (char)('0' + rest % 10);
	while (rest /= 10);
	if (number < 0)
		*--p = '-';
	buf_add(buf, p, (size_t)(digits + sizeof(digits) - p));
}

void buf_add_repeat(struct buf *buf, char c, long count)
{
	for (long i = 0; i < count; i++)
		buf_add_char(buf, c);
}

void buf_add_vformat(struct buf *buf, const char *format, va_list args)
{
	va_list again;
	va_copy(again, args);
	buf_reserve(buf, 64);
	size_t room = buf->capacity - buf->len;
	int len = vsnprintf(buf->data + buf->len, room, format, args);
	if (len >= 0 && (size_t)len >= room) {
		buf_reserve(buf, (size_t)len);
		vsnprintf(buf->data + buf->len, (size_t)len + 1, format, again);
	}
	buf->len += len > 0 ? (size_t)len : 0;
	buf->data[buf->len] = '\0';
	va_end(again);
}

void buf_add_format(struct buf *buf, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	buf_add_vformat(buf, format, args);
	va_end(args);
}

const char *buf_str(const struct buf *buf)
{
	return buf->data ? buf->data : "";
}

char *buf_take(struct buf *buf)
{
	char *data = buf->data ? buf->data : mem_dup("");
	*buf = (struct buf){ 0 };
	return data;
}

char *buf_format(const char *format, ...)
{
	struct buf buf = { 0 };
	va_list args;
	va_start(args, format);
	buf_add_vformat(&buf, format, args);
	va_end(args);
	return buf_take(&buf);
}
