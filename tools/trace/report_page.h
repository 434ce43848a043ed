/* The report's page without its data; made of the files in report/ by report/embed.cmake. */
#ifndef TOOLS_TRACE_REPORT_PAGE_H
#define TOOLS_TRACE_REPORT_PAGE_H

#include <stddef.h>

extern const unsigned char trace_report_page_head[]; /* up to the data */
extern const size_t trace_report_page_head_size;     /* bytes */
extern const unsigned char trace_report_page_tail[]; /* after them */
extern const size_t trace_report_page_tail_size;

#endif
