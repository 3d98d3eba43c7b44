/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/conffile.h"

#include <ctype.h>
#include <errno.h>
#include <libconfig.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char hex_digits[] = "0123456789abcdefABCDEF";
static const char name_characters[] =
	"*-_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/* The text as it is gone through ahead of libconfig, which would not tell of these faults. */
struct scan {
	const char *p;
	unsigned line;
};

/* Passes over a string or comment that begins at `p`; false if none does. */
static bool skip_quoted(struct scan *scan)
{
	const char *p = scan->p;
	const char *end;
	if (*p == '"') {
		for (end = p + 1; *end && *end != '"'; end++)
			end += *end == '\\' && end[1];
		end += *end == '"';
	} else if (*p == '#' || (*p == '/' && p[1] == '/')) {
		end = p + strcspn(p, "\n");
	} else if (*p == '/' && p[1] == '*') {
		end = strstr(p + 2, "*/");
		end = end ? end + 2 : p + strlen(p);
	} else {
		return false;
	}
	for (; p < end; p++)
		scan->line += *p == '\n';
	scan->p = end;
	return true;
}

/* Whether the digits at `text` are an integer that libconfig keeps: of 32 bits, or of 64 with an L
 * behind. */
static bool integer_fits(const char *text, int base)
{
	char *end = NULL;
	errno = 0;
	long long number = strtoll(text, &end, base);
	return errno == 0 && (*end == 'L' || (number <= INT32_MAX && number >= INT32_MIN));
}

/* The length of what libconfig takes for a number at `p`, whatever follows it; 0: none begins here.
 */
static size_t number_length(const char *p)
{
	static const char digits[] = "0123456789";
	size_t hex = p[0] == '0' && (p[1] == 'x' || p[1] == 'X') ? strspn(p + 2, hex_digits) : 0;
	if (hex)
		return 2 + hex + strspn(p + 2 + hex, "L");
	size_t sign = *p == '-' || *p == '+', len = sign + strspn(p + sign, digits);
	size_t fraction = p[len] == '.' ? 1 + strspn(p + len + 1, digits) : 0;
	if (len + fraction == sign)
		return 0;
	len += fraction;
	size_t exponent = p[len] == 'e' || p[len] == 'E' ? len + 1 : 0;
	if (exponent && (p[exponent] == '-' || p[exponent] == '+'))
		exponent++;
	if (exponent && isdigit((unsigned char)p[exponent]))
		len = exponent + strspn(p + exponent, digits);
	return len + strspn(p + len, "L");
}

static int check_number(const struct scan *scan, size_t len, struct err *err)
{
	CLEAN_FREE char *number = mem_dup_len(scan->p, len);
	bool fits = strpbrk(number, "xX")    ? integer_fits(number, 16)
		    : strpbrk(number, ".eE") ? isfinite(strtod(number, NULL))
					     : integer_fits(number, 10);
	return fits ? 0
		    : err_set(err, ERR_CONFIG, "line %u: the number %s is out of range", scan->line,
			      number);
}

/* Whether the string that begins at `p` has a NUL in it, at which libconfig would cut it off. */
static bool holds_nul(const char *p)
{
	for (p++; *p && *p != '"'; p++) {
		if (strncasecmp(p, "\\x00", 4) == 0)
			return true;
		p += *p == '\\' && p[1];
	}
	return false;
}

/* Passes over a name or number, or else one character. */
static int skip_word(struct scan *scan, struct err *err)
{
	bool name = isalpha((unsigned char)*scan->p) || *scan->p == '*';
	size_t len = name ? strspn(scan->p, name_characters) : number_length(scan->p);
	if (len && !name && check_number(scan, len, err) < 0)
		return -1;
	scan->line += *scan->p == '\n';
	scan->p += len ? len : 1;
	return 0;
}

static int check_text(const char *text, struct err *err)
{
	struct scan scan = { text, 1 };
	while (*scan.p) {
		if (*scan.p == '"' && holds_nul(scan.p))
			return err_set(err, ERR_CONFIG, "line %u: the text holds a NUL byte",
				       scan.line);
		if (skip_quoted(&scan))
			continue;
		if (*scan.p == '@')
			return err_set(err, ERR_CONFIG, "line %u: @include is not allowed",
				       scan.line);
		if (skip_word(&scan, err) < 0)
			return -1;
	}
	return 0;
}

static struct json *convert(struct json_doc *doc, config_setting_t *setting);

static struct json *convert_children(struct json_doc *doc, config_setting_t *setting,
				     enum json_type type)
{
	struct json *value = json_new(doc, type);
	int count = config_setting_length(setting);
	for (int i = 0; i < count; i++) {
		config_setting_t *child = config_setting_get_elem(setting, (unsigned)i);
		const char *name = config_setting_name(child);
		if (type == JSON_OBJECT)
			json_add_member(doc, value, name, strlen(name), convert(doc, child));
		else
			json_append(value, convert(doc, child));
	}
	return value;
}

static struct json *convert(struct json_doc *doc, config_setting_t *setting)
{
	struct json *value = NULL;
	char number[64];
	switch (config_setting_type(setting)) {
	case CONFIG_TYPE_GROUP:
		value = convert_children(doc, setting, JSON_OBJECT);
		break;
	case CONFIG_TYPE_ARRAY:
	case CONFIG_TYPE_LIST:
		value = convert_children(doc, setting, JSON_ARRAY);
		break;
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64:
		value = json_new_integer(doc, config_setting_get_int64(setting));
		break;
	case CONFIG_TYPE_FLOAT:
		snprintf(number, sizeof(number), "%.15g", config_setting_get_float(setting));
		value = json_new_text(doc, JSON_NUMBER, number, strlen(number));
		break;
	case CONFIG_TYPE_BOOL:
		value = json_new_bool(doc, config_setting_get_bool(setting));
		break;
	default:
		value = json_new_string(doc, config_setting_get_string(setting));
		break;
	}
	value->line = config_setting_source_line(setting);
	return value;
}

int conffile_read(struct json_doc *doc, const char *text, size_t len, struct json **root,
		  struct err *err)
{
	if (strlen(text) != len)
		return err_set(err, ERR_CONFIG, "line 1: the file holds a NUL byte");
	if (check_text(text, err) < 0)
		return -1;
	/* libconfig does not know a comment that ends with the file */
	const char *last_line = strrchr(text, '\n');
	CLEAN_FREE char *whole =
		buf_format("%s%s", text, strpbrk(last_line ? last_line : text, "#/") ? "\n" : "");
	config_t config;
	config_init(&config);
	int result = 0;
	if (config_read_string(&config, whole) == CONFIG_TRUE)
		*root = convert(doc, config_root_setting(&config));
	else
		result = err_set(err, ERR_CONFIG, "line %d: %s", config_error_line(&config),
				 config_error_text(&config));
	config_destroy(&config);
	return result;
}

const char *conffile_library(void)
{
	static char version[32];
	snprintf(version, sizeof(version), "libconfig %d.%d", LIBCONFIG_VER_MAJOR,
		 LIBCONFIG_VER_MINOR);
	return version;
}
