/* The page that export_html fills with a model: made by cmake/page.cmake from page/, and the .js file beside
 * that of each layer and activation. */
#ifndef EXPORT_PAGE_H
#define EXPORT_PAGE_H

#include <stddef.h>

extern const unsigned char page_script[], page_style[], page_body[];
extern const size_t page_script_bytes, page_style_bytes, page_body_bytes;

/* "sha256-...": what the page's security policy knows script and style by. */
extern const char page_script_hash[], page_style_hash[];

#endif
