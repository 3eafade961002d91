// Kernels of networks, the baseline variant.
#define LANE_VARIANT(name) name##_portable
#include "network_variant.h"
