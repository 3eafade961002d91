// Normal numbers with the baseline instruction set.
#pragma STDC FP_CONTRACT OFF
#define LANE_VARIANT(name) name##_portable
#include "normal_field.h"
