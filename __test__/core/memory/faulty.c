// An addon that leaks memory and writes to memory that it has freed.
#include <stdlib.h>

static volatile char *volatile leaked;

void *napi_register_module_v1(void *env, void *exports) {
  leaked = malloc(100);
  leaked[0] = 1;
  leaked = malloc(1);
  free((void *)leaked);
  leaked[0] = 1;
  leaked = NULL;
  return exports;
}
