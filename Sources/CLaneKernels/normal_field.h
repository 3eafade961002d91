// The kernel of normal numbers of one instruction set, in doubles. The including file defines LANE_VARIANT(name).
#include "CLaneKernels.h"
#include "variants.h"

#include "lane_vectors.h"
#include "elementary_functions.h"
#include "transpose.h"
#include "normal_field_kernels.h"

const lane_normal_field_kernel LANE_VARIANT(normal_field_kernel) = LANE_VARIANT(normal_field);
