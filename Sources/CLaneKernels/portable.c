// The baseline variant: SSE2 on x86-64, NEON on arm64.
#define LANE_VARIANT(name) name##_portable
#include "kernels.h"
