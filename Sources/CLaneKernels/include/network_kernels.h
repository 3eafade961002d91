// Kernels of neural networks and splines in one precision. Included twice by CLaneKernels.h, with LANE_SCALAR double or
// float and LANE_TYPED(name) name or name_single.
//
// Matrices are [row][column], row-major, one sample (or one token of a sample) per column: lanes run over columns, of
// which there may be any number. Names that end in _adjoint add to what stands at the pointers called d…; the derivative
// with respect to a value y is called dy.

// y = f⁽ᵒ⁾(x), the derivative of order o of a network_function, o = 0, 1, 2 or 3.
void LANE_TYPED(network_function_value)(
    network_function f, int32_t order, int64_t count, const LANE_SCALAR *x, LANE_SCALAR *y);
// dx += f⁽ᵒ⁾(x) dy
void LANE_TYPED(network_function_adjoint)(
    network_function f, int32_t order, int64_t count, const LANE_SCALAR *x, const LANE_SCALAR *dy, LANE_SCALAR *dx);

// An operand that is repeated over the rows (row_stride 0) or over the columns: column c of the result takes column
// c / (columns of the result / columns).
typedef struct {
  const LANE_SCALAR *values;
  int64_t row_stride;
  int64_t columns;
} LANE_TYPED(network_operand);
// y = α a + β b
void LANE_TYPED(network_combination)(
    int64_t rows, int64_t columns, LANE_SCALAR alpha, LANE_TYPED(network_operand) a, LANE_SCALAR beta,
    LANE_TYPED(network_operand) b, LANE_SCALAR *y);
// y = a b
void LANE_TYPED(network_product)(
    int64_t rows, int64_t columns, LANE_TYPED(network_operand) a, LANE_TYPED(network_operand) b, LANE_SCALAR *y);
// da += α dy, summed over what `shape` repeats; the values of `shape` are not read.
void LANE_TYPED(network_combination_adjoint)(
    int64_t rows, int64_t columns, LANE_SCALAR alpha, const LANE_SCALAR *dy, LANE_TYPED(network_operand) shape,
    LANE_SCALAR *da);
// da += b dy, summed over what `shape` repeats.
void LANE_TYPED(network_product_adjoint)(
    int64_t rows, int64_t columns, const LANE_SCALAR *dy, LANE_TYPED(network_operand) b,
    LANE_TYPED(network_operand) shape, LANE_SCALAR *da);

// y[g] = Σ of the rows of group g; x is [groups × rows][columns].
void LANE_TYPED(network_sum_rows)(
    int64_t groups, int64_t rows, int64_t columns, const LANE_SCALAR *x, LANE_SCALAR *y);
void LANE_TYPED(network_sum_rows_adjoint)(
    int64_t groups, int64_t rows, int64_t columns, const LANE_SCALAR *dy, LANE_SCALAR *dx);

// Softmax over the rows of each group.
void LANE_TYPED(network_softmax)(
    int64_t groups, int64_t rows, int64_t columns, const LANE_SCALAR *x, LANE_SCALAR *y);
void LANE_TYPED(network_softmax_adjoint)(
    int64_t groups, int64_t rows, int64_t columns, const LANE_SCALAR *y, const LANE_SCALAR *dy, LANE_SCALAR *dx);

// y = gain (x − mean)/√(variance + ε) + bias over the rows of each column; gain and bias are [rows].
void LANE_TYPED(network_layer_norm)(
    int64_t rows, int64_t columns, LANE_SCALAR epsilon, const LANE_SCALAR *x, const LANE_SCALAR *gain,
    const LANE_SCALAR *bias, LANE_SCALAR *y);
void LANE_TYPED(network_layer_norm_adjoint)(
    int64_t rows, int64_t columns, LANE_SCALAR epsilon, const LANE_SCALAR *x, const LANE_SCALAR *gain,
    const LANE_SCALAR *dy, LANE_SCALAR *dx, LANE_SCALAR *dgain, LANE_SCALAR *dbias);

// Attention of one query to `tokens` keys, head by head: weights p = softmax over tokens of scale q·k, y = Σ p v.
// q, y: [heads × width][columns]; keys and values: one such block per token; weights: [heads][tokens][columns].
typedef struct {
  int64_t heads, width, columns, tokens;
  int64_t stride;                 // between rows of q, keys and values, y
  LANE_SCALAR scale;
  const LANE_SCALAR *query;
  const LANE_SCALAR *const *keys;
  const LANE_SCALAR *const *values;
} LANE_TYPED(network_attention_input);
void LANE_TYPED(network_attention)(
    const LANE_TYPED(network_attention_input) *input, LANE_SCALAR *weights, LANE_SCALAR *y);
// Any of dquery, dkeys, dvalues may be NULL.
void LANE_TYPED(network_attention_adjoint)(
    const LANE_TYPED(network_attention_input) *input, const LANE_SCALAR *weights, const LANE_SCALAR *dy,
    LANE_SCALAR *dquery, LANE_SCALAR *const *dkeys, LANE_SCALAR *const *dvalues);
// Change of y with those of query, keys and values (any of which may be NULL); overwrites change_y.
void LANE_TYPED(network_attention_tangent)(
    const LANE_TYPED(network_attention_input) *input, const LANE_SCALAR *weights, const LANE_SCALAR *change_query,
    const LANE_SCALAR *const *change_keys, const LANE_SCALAR *const *change_values, LANE_SCALAR *change_y);

// A monotone spline of one variable on [lower, upper], onto the same interval, continued linearly outside; see
// Splines/RationalQuadraticSpline.swift and LinearRationalSpline.swift.
typedef struct {
  network_spline_kind kind;
  network_spline_ends ends;
  int32_t bins;                   // at most NETWORK_SPLINE_BINS
  LANE_SCALAR lower, upper;
  LANE_SCALAR smallest_width, smallest_height;    // of a bin, as shares of the interval
  LANE_SCALAR largest_log_slope;  // at a knot, either way
} LANE_TYPED(network_spline);
// y and log |dy/dx| of `dimensions` variables x, [dimension][column]; parameters are [dimension][parameter][column].
void LANE_TYPED(network_spline_value)(
    const LANE_TYPED(network_spline) *spline, int32_t inverse, int64_t dimensions, int64_t columns,
    const LANE_SCALAR *parameters, const LANE_SCALAR *x, LANE_SCALAR *y, LANE_SCALAR *log_slope);
// x and y as they went in and came out.
void LANE_TYPED(network_spline_adjoint)(
    const LANE_TYPED(network_spline) *spline, int32_t inverse, int64_t dimensions, int64_t columns,
    const LANE_SCALAR *parameters, const LANE_SCALAR *x, const LANE_SCALAR *y, const LANE_SCALAR *dy,
    const LANE_SCALAR *dlog_slope, LANE_SCALAR *dx, LANE_SCALAR *dparameters);

// Messages between all pairs of atoms: z(i,j) = first(i) + second(j) + radial(pair), [rows] each. first and second are
// [rows][atoms × samples], radial is [rows][pairs × samples] with pairs i < j in the order (0,1), (0,2), …
typedef struct {
  int64_t atoms, samples, rows;
  const LANE_SCALAR *first, *second, *radial;
} LANE_TYPED(network_pairs);
// y(i) = Σ_{j ≠ i} silu(z(i,j))
void LANE_TYPED(network_pair_messages)(const LANE_TYPED(network_pairs) *pairs, LANE_SCALAR *y);
void LANE_TYPED(network_pair_messages_adjoint)(
    const LANE_TYPED(network_pairs) *pairs, const LANE_SCALAR *dy, LANE_SCALAR *dfirst, LANE_SCALAR *dsecond,
    LANE_SCALAR *dradial);
// y(i,j) = Σ over rows of weight · silu(z(i,j)), [atoms × (atoms − 1) × samples], i first.
void LANE_TYPED(network_pair_scores)(
    const LANE_TYPED(network_pairs) *pairs, const LANE_SCALAR *weights, LANE_SCALAR *y);
void LANE_TYPED(network_pair_scores_adjoint)(
    const LANE_TYPED(network_pairs) *pairs, const LANE_SCALAR *weights, const LANE_SCALAR *dy, LANE_SCALAR *dfirst,
    LANE_SCALAR *dsecond, LANE_SCALAR *dradial, LANE_SCALAR *dweights);
// y(i,j) = silu′(z(i,j)), [rows][atoms × (atoms − 1) × samples]
void LANE_TYPED(network_pair_slopes)(const LANE_TYPED(network_pairs) *pairs, LANE_SCALAR *y);

// What network_pair_trace reads; atoms at most NETWORK_PAIR_ATOMS. Ordered pairs [rows][atoms × (atoms − 1) × samples], own
// values [rows][3 × atoms × samples], directions and pushes [3][atoms × (atoms − 1) × samples].
typedef struct {
  int64_t atoms, samples, rows;
  const LANE_SCALAR *slopes;            // silu′(z(k,l)) of the messages
  const LANE_SCALAR *radial_slopes;     // ∂radial/∂distance, [rows][pairs × samples]
  const LANE_SCALAR *directions;        // ∂distance(k,i)/∂x(i) at (k,i)
  const LANE_SCALAR *first, *second;    // at (k,i): change of an operand of atom k along the direction of (k,i)
  const LANE_SCALAR *first_own, *second_own;    // change of an operand of atom i with x(i)
  const LANE_SCALAR *pushes;            // at (i,k): x, y, z of the adjoint of atom k for output i
  const LANE_SCALAR *adjoint;           // at (i,k)
  const LANE_SCALAR *adjoint_own;       // of atom i for output i
} LANE_TYPED(network_pair_trace);
// trace[sample] = Σ adjoint · change of y(k) of network_pair_messages with x(i), over i, k, directions and rows.
void LANE_TYPED(network_pair_trace_sum)(const LANE_TYPED(network_pair_trace) *input, LANE_SCALAR *trace);

// One layer of an equivariant graph network (Satorras, Hoogeboom & Welling 2021, arXiv:2102.09844) between ordered pairs (i, j),
// i ≠ j, in the order of network_pair_scores:
//   z = first(i) + second(j) + distance · squares(i,j),   y = silu(edge_weight silu(z) + edge_bias),
//   m = σ(attention_weight · y + attention_bias) y,
//   received(i) = Σⱼ m(i,j),   score(i,j) = step_weight · silu(coordinate_weight m + coordinate_bias).
// first, second and received are [rows][atoms × samples], squares [pairs × samples] with i < j, score [atoms × (atoms − 1) × samples];
// edge_weight and coordinate_weight [rows][rows], the rest one number for each row.
typedef struct {
  int64_t atoms, samples, rows;
  // C = A B + βC, row-major and without gaps in C; what gemm of BLAS does.
  void (*multiply)(
      int32_t transpose_a, int32_t transpose_b, int32_t m, int32_t n, int32_t k, const LANE_SCALAR *a, int32_t stride_a,
      const LANE_SCALAR *b, int32_t stride_b, LANE_SCALAR beta, LANE_SCALAR *c);
  const LANE_SCALAR *first, *second, *squares, *distance, *edge_weight, *edge_bias, *attention_weight, *attention_bias,
      *coordinate_weight, *coordinate_bias, *step_weight;
} LANE_TYPED(network_graph);
typedef struct {
  LANE_SCALAR *dfirst, *dsecond, *dsquares, *ddistance, *dedge_weight, *dedge_bias, *dattention_weight, *dattention_bias,
      *dcoordinate_weight, *dcoordinate_bias, *dstep_weight;
} LANE_TYPED(network_graph_adjoint);
// scratch: NETWORK_GRAPH_SCRATCH(atoms, samples, rows) numbers.
void LANE_TYPED(network_graph_messages)(
    const LANE_TYPED(network_graph) *graph, LANE_SCALAR *scratch, LANE_SCALAR *received, LANE_SCALAR *scores);
void LANE_TYPED(network_graph_messages_adjoint)(
    const LANE_TYPED(network_graph) *graph, LANE_SCALAR *scratch, const LANE_SCALAR *dreceived, const LANE_SCALAR *dscores,
    const LANE_TYPED(network_graph_adjoint) *adjoint);

// Changes of received and scores of one sample along many directions, whose number is a multiple of 16.
typedef struct {
  int64_t atoms, directions, rows;
  void (*multiply)(
      int32_t transpose_a, int32_t transpose_b, int32_t m, int32_t n, int32_t k, const LANE_SCALAR *a, int32_t stride_a,
      const LANE_SCALAR *b, int32_t stride_b, LANE_SCALAR beta, LANE_SCALAR *c);
  const LANE_SCALAR *first, *second;    // changes, [rows][atoms × directions]
  const LANE_SCALAR *squares;           // changes, [atoms × (atoms − 1) × directions]
  const LANE_SCALAR *distance, *edge_weight, *attention_weight;
  const LANE_SCALAR *slopes, *edge_slopes;      // silu′ of z, and of what y is silu of: [rows][atoms × (atoms − 1)]
  const LANE_SCALAR *attended;          // σ, [atoms × (atoms − 1)]
  const LANE_SCALAR *attention;         // y σ′, [rows][atoms × (atoms − 1)]
  const LANE_SCALAR *gradients;         // ∂score/∂z, [rows][atoms × (atoms − 1)]
} LANE_TYPED(network_graph_tangent);
// scratch: (2 rows + 1) × NETWORK_GRAPH_NEIGHBOURS × directions numbers.
void LANE_TYPED(network_graph_tangents)(
    const LANE_TYPED(network_graph_tangent) *graph, LANE_SCALAR *scratch, LANE_SCALAR *received, LANE_SCALAR *scores);

// One step of AdamW (Kingma & Ba 2015; Loshchilov & Hutter 2019): m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g²,
// value ← value (1 − decay) − rate · m / (√v · v_scale + ε), where g = gradient_scale × gradient.
void LANE_TYPED(network_adam)(
    int64_t count, const LANE_SCALAR *gradient, LANE_SCALAR gradient_scale, LANE_SCALAR beta1, LANE_SCALAR beta2,
    LANE_SCALAR rate, LANE_SCALAR v_scale, LANE_SCALAR epsilon, LANE_SCALAR decay, LANE_SCALAR *m, LANE_SCALAR *v,
    LANE_SCALAR *values);
