/* Values as JSON on standard output, one object a line; the only place that writes JSON. Source: RFC 8259. */
#ifndef CLI_JSON_H
#define CLI_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Begin and end the object that is a line. */
void json_begin(void);
void json_end(void);

/* A value of the object or array that is open. name: NULL in an array. Text is escaped, and what is not UTF-8
 * replaced; a number that is not finite becomes null, as JSON has none; text that is NULL, too. */
void json_text(const char *name, const char *text);
void json_count(const char *name, uint64_t count);
void json_real(const char *name, double real);
void json_bool(const char *name, bool is_true);
void json_hash(const char *name,
               uint64_t hash); /* as text of 16 digits: more than a number keeps in other programs */

/* An object or array inside. */
void json_open_object(const char *name);
void json_close_object(void);
void json_open_array(const char *name);
void json_close_array(void);

#endif
