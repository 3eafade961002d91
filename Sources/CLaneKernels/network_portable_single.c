// Kernels of networks, the baseline variant, in single precision.
#define LANE_VARIANT(name) name##_portable_single
#define LANE_SINGLE
#include "network_variant.h"
