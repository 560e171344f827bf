/* Pooling, of both kinds: every set of kernels against the double reference, and all sets against the first
 * one to the bit; on buffers that end at a guard page, with shared maxima. */
#include "kernels/support.h"

struct buffers {
    struct guarded held[6];
    float *x, *dz, *y, *slope, *where, *dx;
    size_t n_x, n_y;
};

static struct buffers buffers_make(const struct pool2d_shape *s, bool ties)
{
    struct buffers m = {.n_x = s->in_h * s->in_w * s->channels, .n_y = s->out_h * s->out_w * s->channels};
    struct random random = random_stream(m.n_x, ties);
    float **in = &m.x;
    for (size_t i = 0; i < 6; i++)
        in[i] = guarded_floats(&m.held[i], (i == 0 || i == 5 ? m.n_x : m.n_y) * LANES);
    fill_floats(&random, FILL_ORDINARY, m.x, m.n_x * LANES);
    fill_floats(&random, FILL_ORDINARY, m.dz, m.n_y * LANES);
    for (size_t i = 0; i < m.n_x * LANES; i++) {
        m.x[i] = ties ? (float)(int)(m.x[i] * 2.5F) - 3 : m.x[i]; /* all below 0: padding is no 0 */
        m.dx[i] = (float)(i % 3) - 1;
    }
    return m;
}

static void buffers_free(struct buffers *m)
{
    for (size_t i = 0; i < 6; i++)
        guarded_free(m->held[i]);
}

static void run(const struct kernels *k, const struct pool2d_shape *s, struct buffers *m)
{
    for (size_t i = 0; i < PARTS; i++)
        k->maxpool2d_forward(s, part_of(s->out_h, i), m->x, m->y, m->slope, m->where);
    for (size_t i = 0; i < PARTS; i++)
        k->maxpool2d_backward(s, part_of(s->in_h, i), m->dz, m->where, m->dx);
}

static void run_mean(const struct kernels *k, const struct pool2d_shape *s, struct buffers *m)
{
    for (size_t i = 0; i < PARTS; i++) {
        k->avgpool2d_forward(s, part_of(s->out_h, i), m->x, m->y, m->slope);
        k->avgpool2d_backward(s, part_of(s->in_h, i), m->dz, m->dx);
    }
}

static void check_mean(const struct pool2d_shape *s, const struct buffers *m)
{
    double *x = doubles(m->n_x), *dz = doubles(m->n_y), *z = doubles(m->n_y), *dx = doubles(m->n_x);
    for (size_t lane = 0; lane < LANES; lane++) {
        take_lane(m->x, m->n_x, lane, x);
        take_lane(m->dz, m->n_y, lane, dz);
        reference_avgpool2d_forward(s, x, z);
        reference_avgpool2d_backward(s, dz, dx);
        for (size_t i = 0; i < m->n_y; i++) {
            assert_sum(m->y[i * LANES + lane], z[i], 1, s->size_h * s->size_w);
            assert_true(m->slope[i * LANES + lane] == 1);
        }
        for (size_t i = 0; i < m->n_x; i++)
            assert_sum(m->dx[i * LANES + lane], dx[i] * ((double)((i * LANES + lane) % 3) - 1), 1,
                       s->size_h * s->size_w);
    }
    double *all[] = {x, dz, z, dx};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]);
}

static void check(const struct pool2d_shape *s, const struct buffers *m)
{
    double *x = doubles(m->n_x), *dz = doubles(m->n_y), *z = doubles(m->n_y), *dx = doubles(m->n_x);
    for (size_t lane = 0; lane < LANES; lane++) {
        take_lane(m->x, m->n_x, lane, x);
        take_lane(m->dz, m->n_y, lane, dz);
        reference_maxpool2d_forward(s, x, z);
        reference_maxpool2d_backward(s, x, dz, dx);
        for (size_t i = 0; i < m->n_y; i++) {
            assert_true((double)m->y[i * LANES + lane] == z[i]);
            assert_true(m->slope[i * LANES + lane] == 1);
        }
        for (size_t i = 0; i < m->n_x; i++)
            assert_sum(m->dx[i * LANES + lane], dx[i] * ((double)((i * LANES + lane) % 3) - 1),
                       fabs(dx[i]) + 1, s->size_h * s->size_w);
    }
    double *all[] = {x, dz, z, dx};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]);
}

static void assert_same(const char *set, const float *a, const float *b, size_t n)
{
    if (memcmp(a, b, n * LANES * sizeof *a) != 0)
        fail_msg("%s: other bits than %s", set, kernels_available(0)->name);
}

static void check_shape(const struct pool2d_shape *s, bool ties)
{
    struct buffers first = buffers_make(s, ties);
    run(kernels_available(0), s, &first);
    check(s, &first);
    for (size_t i = 1; kernels_available(i); i++) {
        struct buffers other = buffers_make(s, ties);
        run(kernels_available(i), s, &other);
        assert_same(kernels_available(i)->name, other.y, first.y, first.n_y);
        assert_same(kernels_available(i)->name, other.where, first.where, first.n_y);
        assert_same(kernels_available(i)->name, other.dx, first.dx, first.n_x);
        buffers_free(&other);
    }
    buffers_free(&first);
}

static void check_mean_shape(const struct pool2d_shape *s)
{
    struct buffers first = buffers_make(s, false);
    run_mean(kernels_available(0), s, &first);
    check_mean(s, &first);
    for (size_t i = 1; kernels_available(i); i++) {
        struct buffers other = buffers_make(s, false);
        run_mean(kernels_available(i), s, &other);
        assert_same(kernels_available(i)->name, other.y, first.y, first.n_y);
        assert_same(kernels_available(i)->name, other.dx, first.dx, first.n_x);
        buffers_free(&other);
    }
    buffers_free(&first);
}

/* Every size and stride on small maps, with padding and without. */
static void test_pooling(void **state)
{
    (void)state;
    for (size_t code = 0; code < 4 * 4 * 4 * 4 * 2; code++) {
        const size_t size_h = code % 4 + 1, size_w = code / 4 % 4 + 1, stride_h = code / 16 % 4 + 1,
                     stride_w = code / 64 % 4 + 1, in_h = 4 + code % 3, in_w = 4 + code % 5;
        const bool same = code / 256;
        const struct window h = window_over(in_h, size_h, stride_h, same),
                            w = window_over(in_w, size_w, stride_w, same);
        const struct pool2d_shape s = {in_h,     in_w,  1 + code % 2, size_h,   size_w,  stride_h,
                                       stride_w, h.out, w.out,        h.before, w.before};
        check_shape(&s, false);
        check_shape(&s, true);
        check_mean_shape(&s);
    }
}

/* Source: Keras, keras.ops.operation_utils; the figures are those of tf.nn.max_pool's output sizes. */
static void test_windows(void **state)
{
    (void)state;
    static const struct {
        size_t n, size, stride, valid, same, before;
    } rows[] = {{28, 2, 2, 14, 14, 0}, {7, 2, 2, 3, 4, 0}, {7, 3, 2, 3, 4, 1}, {8, 3, 2, 3, 4, 0},
                {5, 4, 1, 2, 5, 1},    {3, 5, 1, 0, 3, 2}, {9, 1, 4, 3, 3, 0}, {1, 1, 1, 1, 1, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(window_over(rows[i].n, rows[i].size, rows[i].stride, false).out, rows[i].valid);
        assert_int_equal(window_over(rows[i].n, rows[i].size, rows[i].stride, true).out, rows[i].same);
        assert_int_equal(window_over(rows[i].n, rows[i].size, rows[i].stride, true).before, rows[i].before);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_pooling), cmocka_unit_test(test_windows)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
