/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "contract/document.h"

#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"

/* References may lead from one to the next so often; more is taken for a circle. */
enum { MAX_HOPS = 32 };

/* A note of a problem, in the document's memory. */
struct note {
	const struct note *earlier; /* of the same value */
	size_t number;		    /* of the problem */
};

void document_done(struct contract *contract)
{
	for (size_t i = 0; i < contract->problem_count; i++) {
		free(contract->problems[i].pointer);
		free(contract->problems[i].message);
	}
	free(contract->problems);
	links_done(&contract->work.merged);
	links_done(&contract->work.copies);
	links_done(&contract->work.visited);
	links_done(&contract->work.noted);
}

/* ---- problems ---- */

/* The value of the document that a part of a merged schema was copied from. */
static const struct json *original(const struct contract *contract, const struct json *node)
{
	for (const struct json *from; (from = links_get(&contract->work.copies, node));)
		node = from;
	return node;
}

void document_problem(struct contract *contract, bool fatal, const struct json *node,
		      const char *format, ...)
{
	struct links *noted = &contract->work.noted;
	CLEAN_BUF struct buf message = { 0 };
	va_list args;
	va_start(args, format);
	buf_add_vformat(&message, format, args);
	va_end(args);
	node = original(contract, node ? node : contract->root);
	const struct note *last = links_get(noted, node);
	for (const struct note *note = last; note; note = note->earlier)
		if (strcmp(contract->problems[note->number].message, buf_str(&message)) == 0)
			return;
	size_t number = contract->problem_count++;
	contract->problems = mem_grow(contract->problems, number, sizeof(*contract->problems));
	contract->problems[number] =
		(struct contract_problem){ .message = buf_take(&message), .fatal = fatal };
	if (!node)
		return;
	struct note *note = json_doc_memory(contract->doc, 1, sizeof(*note));
	*note = (struct note){ last, number };
	links_put(noted, node, note);
}

static void add_token(struct buf *out, const char *token)
{
	buf_add_char(out, '/');
	for (; *token; token++) {
		if (*token == '~' || *token == '/')
			buf_add_str(out, *token == '~' ? "~0" : "~1");
		else
			buf_add_char(out, *token);
	}
}

char *document_pointer(const char *pointer, const char *token)
{
	struct buf out = { 0 };
	buf_add_str(&out, pointer);
	add_token(&out, token);
	return buf_take(&out);
}

/* Walks the whole document, and names the values that have problems. */
static void locate(struct contract *contract, const struct json *node, struct buf *pointer)
{
	const struct note *last = links_get(&contract->work.noted, node);
	for (const struct note *note = last; note; note = note->earlier) {
		char **text = &contract->problems[note->number].pointer;
		*text = *text ? *text : mem_dup(buf_str(pointer));
	}
	if (json_is_scalar(node))
		return;
	size_t len = pointer->len, number = 0;
	for (const struct json *item = node->first; item; item = item->next, number++) {
		if (node->type == JSON_OBJECT)
			add_token(pointer, item->key);
		else
			buf_add_format(pointer, "/%zu", number);
		locate(contract, item, pointer);
		buf_truncate(pointer, len);
	}
}

void document_settle(struct contract *contract)
{
	struct contract_work *work = &contract->work;
	CLEAN_BUF struct buf pointer = { 0 };
	if (work->located == contract->problem_count)
		return;
	buf_add_str(&pointer, "");
	if (contract->root && work->noted.count)
		locate(contract, contract->root, &pointer);
	for (size_t i = work->located; i < contract->problem_count; i++)
		if (!contract->problems[i].pointer)
			contract->problems[i].pointer = mem_dup("");
	work->located = contract->problem_count;
}

/* ---- texts ---- */

const char *document_keep(struct contract *contract, const char *text)
{
	return json_new_string(contract->doc, text)->text;
}

/* Whether all bytes are printable ASCII, tabs or line ends; eight at a time, since each text of a
 * document passes through here at each start. */
static bool is_plain(const char *text, size_t len)
{
	const uint64_t ones = 0x0101010101010101U, high = ones << 7;
	size_t i = 0;
	for (; i + sizeof(uint64_t) <= len; i += sizeof(uint64_t)) {
		uint64_t word;
		memcpy(&word, text + i, sizeof(word));
		uint64_t odd = word | (word - ones * 0x20) | (word + ones);
		if (!(odd & high))
			continue;
		for (size_t j = i; j < i + sizeof(word); j++)
			if ((unsigned char)text[j] >= 0x7F ||
			    ((unsigned char)text[j] < 0x20 && text[j] != '\n' && text[j] != '\t'))
				return false;
	}
	for (; i < len; i++)
		if ((unsigned char)text[i] >= 0x7F ||
		    ((unsigned char)text[i] < 0x20 && text[i] != '\n' && text[i] != '\t'))
			return false;
	return true;
}

const char *document_text(struct contract *contract, const char *text, bool lines)
{
	if (!text)
		return NULL;
	size_t len = lines ? strlen(text) : strcspn(text, "\n");
	if (!text[len] && is_plain(text, len))
		return text;
	CLEAN_BUF struct buf bare = { 0 }, safe = { 0 };
	for (size_t i = 0; i < len; i++)
		if (text[i] != '\r' || text[i + 1] != '\n')
			buf_add_char(&bare, text[i]);
	text_escape(&safe, buf_str(&bare), bare.len, true);
	return document_keep(contract, buf_str(&safe));
}

const char *document_get_text(struct contract *contract, const struct json *object, const char *key,
			      bool lines)
{
	const char *text = json_get_string(object, key);
	return document_text(contract, text ? text + strspn(text, " \t\r\n") : NULL, lines);
}

/* ---- references ---- */

/* Reads one token of a reference: percent-encoded, then escaped by RFC 6901. */
static char *read_token(const char *p, size_t len)
{
	CLEAN_BUF struct buf plain = { 0 };
	struct buf token = { 0 };
	if (!memchr(p, '%', len) && !memchr(p, '~', len))
		return mem_dup_len(p, len);
	if (text_percent_decode(&plain, p, len) < 0) {
		buf_clear(&plain);
		buf_add(&plain, p, len);
	}
	for (const char *c = buf_str(&plain); *c; c++) {
		bool escaped = *c == '~' && (c[1] == '0' || c[1] == '1');
		buf_add_char(&token, !escaped ? *c : c[1] == '0' ? '~' : '/');
		c += escaped;
	}
	return buf_take(&token);
}

static const struct json *follow(const struct json *root, const char *reference)
{
	const struct json *node = root;
	for (const char *p = reference + 1; *p == '/' && node;) {
		size_t len = strcspn(p + 1, "/");
		CLEAN_FREE char *token = read_token(p + 1, len);
		node = json_is(node, JSON_ARRAY) ? json_path(node, token) : json_get(node, token);
		p += 1 + len;
	}
	return node;
}

const struct json *document_resolve(struct contract *contract, const struct json *node)
{
	const struct json *place = node;
	for (int hops = 0; hops < MAX_HOPS; hops++) {
		const char *reference = json_get_string(node, "$ref");
		if (!reference)
			return node;
		if (reference[0] != '#') {
			document_problem(
				contract, false, node,
				"the reference \"%s\" leads out of the document: it is not fetched",
				reference);
			return NULL;
		}
		bool pointer = reference[1] == '/' || !reference[1];
		const struct json *target = pointer ? follow(contract->root, reference) : NULL;
		if (!target) {
			document_problem(contract, false, node,
					 "the reference \"%s\" leads nowhere", reference);
			return NULL;
		}
		node = target;
	}
	document_problem(contract, false, place, "references lead in a circle");
	return NULL;
}

bool document_visit(struct contract *contract, const struct json *node)
{
	struct links *visited = &contract->work.visited;
	if (!node || links_has(visited, node))
		return false;
	links_put(visited, node, node);
	return true;
}
