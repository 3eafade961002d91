// Tables of parameters and kernels in one precision. Included twice by CLaneKernels.h, with LANE_SCALAR double or float
// and LANE_TYPED(name) name or name_single.

// U = ½ k (r − r₀)²
typedef struct {
  int32_t count;
  const int32_t *atoms;           // [count][2]
  const LANE_SCALAR *length, *constant;
} LANE_TYPED(lane_bonds);
void LANE_TYPED(lane_harmonic_bonds)(
    const LANE_TYPED(lane_bonds) *bonds, const LANE_SCALAR *x, LANE_SCALAR *forces, double *energy);

// U = ½ k (θ − θ₀)²
typedef struct {
  int32_t count;
  const int32_t *atoms;           // [count][3], vertex in the middle
  const LANE_SCALAR *angle, *constant;
} LANE_TYPED(lane_angles);
void LANE_TYPED(lane_harmonic_angles)(
    const LANE_TYPED(lane_angles) *angles, const LANE_SCALAR *x, LANE_SCALAR *forces, double *energy);

// U = c₀ + Σₙ (aₙ cos nφ + bₙ sin nφ), n = 1 … periodicity
typedef struct {
  int32_t count;
  const int32_t *atoms;           // [count][4]
  const int32_t *periodicity;     // [count], largest n
  const int32_t *start;           // [count], offset of the first (a₁, b₁) in `series`
  const LANE_SCALAR *constant;    // [count], c₀
  const LANE_SCALAR *series;      // a₁ b₁ a₂ b₂ …
} LANE_TYPED(lane_torsions);
void LANE_TYPED(lane_periodic_torsions)(
    const LANE_TYPED(lane_torsions) *torsions, const LANE_SCALAR *x, LANE_SCALAR *forces, double *energy);

// U_LJ = a/r¹² − b/r⁶; U_C = q (1/r + k_rf r² − c_rf); where cutoff2 > 0 both vanish for r² > cutoff2.
typedef struct {
  int32_t count;
  const int32_t *atoms;           // [count][2], sorted by the first atom
  const LANE_SCALAR *a, *b, *q;
  LANE_SCALAR cutoff2, k_rf, c_rf;
} LANE_TYPED(lane_pairs);
void LANE_TYPED(lane_nonbonded_pairs)(
    const LANE_TYPED(lane_pairs) *pairs, const LANE_SCALAR *x, LANE_SCALAR *forces, double *lennard_jones,
    double *coulomb);

// Generalized Born by pairwise descreening; symbols as in GeneralizedBorn.swift.
typedef struct {
  int32_t atom_count;
  const LANE_SCALAR *charge, *offset_radius, *scaled_radius, *alpha, *beta, *gamma;
  LANE_SCALAR radius_offset, coulomb_constant, solute_dielectric, solvent_dielectric, kappa;
  LANE_SCALAR cutoff;             // 0 without
  int32_t counts_engulfed_atoms;
  const LANE_SCALAR *neck_distance, *neck_depth;  // [atom i][atom j] or NULL; depth includes the neck scale
  LANE_SCALAR neck_cut;
  LANE_SCALAR surface_tension, probe_radius;      // tension 0 without
} LANE_TYPED(lane_born);
// Numbers of scratch memory.
int64_t LANE_TYPED(lane_born_scratch)(int32_t atom_count);
void LANE_TYPED(lane_generalized_born)(
    const LANE_TYPED(lane_born) *born, const LANE_SCALAR *x, LANE_SCALAR *forces, double *polar, double *surface,
    LANE_SCALAR *scratch);

// Energies of one atom with others at `count` candidate places, a multiple of the lanes, added to `contact` and `electrostatic`:
// a/r^12 - b/r^6, and q/r - s/sqrt(r^2 + B exp(-r^2/4B)).
typedef struct {
  int32_t count;
  const int32_t *others;
  const LANE_SCALAR *parameters;  // [count][5]: a, b, q, s, B
  int64_t position_stride;        // numbers from one atom's position to the next
  LANE_SCALAR nearest_squared;    // shorter distances count as this one
} LANE_TYPED(lane_placement);
void LANE_TYPED(lane_placement_pairs)(
    const LANE_TYPED(lane_placement) *pairs, const LANE_SCALAR *positions, int64_t count, const LANE_SCALAR *x,
    const LANE_SCALAR *y, const LANE_SCALAR *z, LANE_SCALAR *contact, LANE_SCALAR *electrostatic);

// The same where the places are those of an atom that turns about an axis, at angles given by cosine and sine.
typedef struct {
  LANE_SCALAR origin[3], axis[3], across[3], normal[3];
  LANE_SCALAR local[3];  // along the axis, across and normal at angle 0
} LANE_TYPED(lane_turning);
void LANE_TYPED(lane_turned_pairs)(
    const LANE_TYPED(lane_placement) *pairs, const LANE_SCALAR *positions, const LANE_TYPED(lane_turning) *turning,
    int64_t count, const LANE_SCALAR *cosines, const LANE_SCALAR *sines, LANE_SCALAR *contact,
    LANE_SCALAR *electrostatic);

// Sums over arms of exp(-min(highest, u)), where an arm is a chain of segments that turn together, and u is beta times the energies of
// all sites of its segments. Segments are given in preorder.
typedef struct {
  LANE_SCALAR local[3];  // as of lane_turning
  int32_t first_pair, end_of_pairs;
} LANE_TYPED(lane_arm_site);
typedef struct {
  int32_t segment_count;
  const lane_arm_segment *segments;
  const LANE_TYPED(lane_arm_site) *sites;
  LANE_TYPED(lane_placement) pairs;  // of all sites
  LANE_SCALAR beta;
  LANE_SCALAR highest;
  LANE_SCALAR hopeless;  // where the first segments of arms have more at all angles of a vector, the others are not looked at
} LANE_TYPED(lane_arms);
void LANE_TYPED(lane_turned_arms)(
    const LANE_TYPED(lane_arms) *arms, const LANE_SCALAR *positions, const LANE_TYPED(lane_turning) *turning,
    int64_t count, const LANE_SCALAR *cosines, const LANE_SCALAR *sines, LANE_SCALAR *shares);

// Sums over other atoms of hat functions of their distance, max(0, 1 - |r - first - width * shell| / width), times each of
// two weights: sums[weight * LANE_SHELLS + shell][count].
typedef struct {
  int32_t count;
  const int32_t *others;
  const LANE_SCALAR *weights;  // [count][2]
  int64_t position_stride;
  LANE_SCALAR first, width;
} LANE_TYPED(lane_shells);
void LANE_TYPED(lane_turned_shells)(
    const LANE_TYPED(lane_shells) *shells, const LANE_SCALAR *positions, const LANE_TYPED(lane_turning) *turning,
    int64_t count, const LANE_SCALAR *cosines, const LANE_SCALAR *sines, LANE_SCALAR *sums);

// Array forms of the elementary functions, count a multiple of the lanes; for tests and for callers outside a kernel.
void LANE_TYPED(lane_array_exp)(int64_t count, const LANE_SCALAR *x, LANE_SCALAR *result);
void LANE_TYPED(lane_array_log)(int64_t count, const LANE_SCALAR *x, LANE_SCALAR *result);
void LANE_TYPED(lane_array_inverse_sqrt)(int64_t count, const LANE_SCALAR *x, LANE_SCALAR *result);
void LANE_TYPED(lane_array_sincos)(int64_t count, const LANE_SCALAR *x, LANE_SCALAR *sine, LANE_SCALAR *cosine);
void LANE_TYPED(lane_array_atan2)(int64_t count, const LANE_SCALAR *y, const LANE_SCALAR *x, LANE_SCALAR *result);
