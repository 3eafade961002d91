// What exists in both precisions. Included once for each by variants.h.

typedef struct {
  void (*harmonic_bonds)(const LANE_TYPED(lane_bonds) *, const LANE_SCALAR *, LANE_SCALAR *, double *);
  void (*harmonic_angles)(const LANE_TYPED(lane_angles) *, const LANE_SCALAR *, LANE_SCALAR *, double *);
  void (*periodic_torsions)(const LANE_TYPED(lane_torsions) *, const LANE_SCALAR *, LANE_SCALAR *, double *);
  void (*nonbonded_pairs)(const LANE_TYPED(lane_pairs) *, const LANE_SCALAR *, LANE_SCALAR *, double *, double *);
  void (*generalized_born)(
      const LANE_TYPED(lane_born) *, const LANE_SCALAR *, LANE_SCALAR *, double *, double *, LANE_SCALAR *);
  int64_t (*born_scratch)(int32_t);
  void (*placement_pairs)(
      const LANE_TYPED(lane_placement) *, const LANE_SCALAR *, int64_t, const LANE_SCALAR *, const LANE_SCALAR *,
      const LANE_SCALAR *, LANE_SCALAR *, LANE_SCALAR *);
  void (*turned_pairs)(
      const LANE_TYPED(lane_placement) *, const LANE_SCALAR *, const LANE_TYPED(lane_turning) *, int64_t,
      const LANE_SCALAR *, const LANE_SCALAR *, LANE_SCALAR *, LANE_SCALAR *);
  void (*turned_arms)(
      const LANE_TYPED(lane_arms) *, const LANE_SCALAR *, const LANE_TYPED(lane_turning) *, int64_t,
      const LANE_SCALAR *, const LANE_SCALAR *, LANE_SCALAR *);
  void (*turned_shells)(
      const LANE_TYPED(lane_shells) *, const LANE_SCALAR *, const LANE_TYPED(lane_turning) *, int64_t,
      const LANE_SCALAR *, const LANE_SCALAR *, LANE_SCALAR *);
  void (*scatter)(int64_t, const LANE_SCALAR *, int64_t, int64_t, double *);
  void (*array_exp)(int64_t, const LANE_SCALAR *, LANE_SCALAR *);
  void (*array_log)(int64_t, const LANE_SCALAR *, LANE_SCALAR *);
  void (*array_inverse_sqrt)(int64_t, const LANE_SCALAR *, LANE_SCALAR *);
  void (*array_sincos)(int64_t, const LANE_SCALAR *, LANE_SCALAR *, LANE_SCALAR *);
  void (*array_atan2)(int64_t, const LANE_SCALAR *, const LANE_SCALAR *, LANE_SCALAR *);
} LANE_TYPED(lane_force_field);
