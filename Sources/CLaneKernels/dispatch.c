// Chooses a variant when the library is loaded and forwards every call to it.
#include "variants.h"

// All kernels for one instruction set.
typedef struct {
  const lane_kernels *real;
  const lane_kernels_single *single;
  const lane_normal_field_kernel *normal_field;
  const lane_network *network;
  const lane_network_single *network_single;
} kernel_set;

static const kernel_set portable_set = {
  &kernels_portable, &kernels_portable_single, &normal_field_kernel_portable, &network_kernels_portable,
  &network_kernels_portable_single};
#if defined(__x86_64__)
static const kernel_set avx2_set = {
  &kernels_avx2, &kernels_avx2_single, &normal_field_kernel_avx2, &network_kernels_avx2, &network_kernels_avx2_single};
// Normal numbers gain nothing from it.
static const kernel_set avx512_set = {
  &kernels_avx512, &kernels_avx512_single, &normal_field_kernel_avx2, &network_kernels_avx512,
  &network_kernels_avx512_single};
#endif

static const kernel_set *chosen = &portable_set;
static lane_instruction_set current = lane_portable;
// Set while one thread tries another variant; see lane_use_instruction_set_here.
static _Thread_local const kernel_set *chosen_here = 0;

static const kernel_set *set_of(lane_instruction_set set) {
#if defined(__x86_64__)
  if (set == lane_avx2) return &avx2_set;
  if (set == lane_avx512) return &avx512_set;
#endif
  return &portable_set;
}

static inline const kernel_set *kernels(void) { return chosen_here ? chosen_here : chosen; }

lane_instruction_set lane_best_instruction_set(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw")
            && __builtin_cpu_supports("avx512vl")
        ? lane_avx512
        : lane_avx2;
  }
#endif
  return lane_portable;
}

lane_instruction_set lane_current_instruction_set(void) { return current; }

int lane_use_instruction_set(lane_instruction_set set) {
  if (set > lane_best_instruction_set()) return 0;
  chosen = set_of(set);
  current = set;
  return 1;
}

int lane_use_instruction_set_here(lane_instruction_set set) {
  if (set > lane_best_instruction_set()) return 0;
  chosen_here = set_of(set);
  return 1;
}

void lane_forget_instruction_set_here(void) { chosen_here = 0; }

__attribute__((constructor)) static void choose_best(void) { lane_use_instruction_set(lane_best_instruction_set()); }

#define LANE_SCALAR double
#define LANE_TYPED(name) name
#define FORCE_FIELD kernels()->real->force_field
#define NETWORK (*kernels()->network)
#include "force_field_calls.h"
#include "network_calls.h"
#undef LANE_SCALAR
#undef LANE_TYPED
#undef FORCE_FIELD
#undef NETWORK
#define LANE_SCALAR float
#define LANE_TYPED(name) name##_single
#define FORCE_FIELD kernels()->single->force_field
#define NETWORK (*kernels()->network_single)
#include "force_field_calls.h"
#include "network_calls.h"

void lane_gather(int64_t dimension, const double *x, int64_t first, int64_t count, double *positions) {
  kernels()->real->gather(dimension, x, first, count, positions);
}

void lane_gather_single(
    int64_t dimension, const double *x, int64_t first, int64_t count, int64_t reference_atom, float *positions,
    double *origin) {
  kernels()->single->gather(dimension, x, first, count, reference_atom, positions, origin);
}

void lane_cartesian_to_internal(const lane_zmatrix *z, const double *x, double *q, double *log_det) {
  kernels()->real->cartesian_to_internal(z, x, q, log_det);
}

void lane_internal_to_cartesian(const lane_zmatrix *z, const double *q, double *x, double *log_det) {
  kernels()->real->internal_to_cartesian(z, q, x, log_det);
}

void lane_normal_field(uint64_t key, uint64_t stream, uint64_t first_block, int64_t count, double *normals) {
  (*kernels()->normal_field)(key, stream, first_block, count, normals);
}
