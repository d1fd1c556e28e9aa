# Events at 1 and 3 of A (4 persons: 1, 2+, 3, 4+), at 2 of B (1+, 2, 5+).
small <- data.frame(
  time = c(1, 2, 3, 4, 1, 2, 5), status = c(1, 0, 1, 0, 0, 1, 0), arm = factor(rep(c("A", "B"), c(4, 3)))
)

arm_rows <- function(x) x[!is.na(x$group), ]
of_scale <- function(x, scale) x[x$scale == scale, ]

test_that("area and Greenwood variance by hand", {
  x <- rmst(Surv(time, status) ~ arm, small, tau = 4)
  # A: 1 until 1, 3/4 until 3, 3/8 until 4
  expect_equal(arm_rows(x)$estimate[1], 1 + 2 * 3 / 4 + 3 / 8)
  v_a <- (2 * 3 / 4 + 3 / 8)^2 * 1 / (4 * 3) + (3 / 8)^2 * 1 / (2 * 1)
  # B: 1 until 2, 1/2 until 4
  expect_equal(arm_rows(x)$estimate[2], 2 + 2 * 1 / 2)
  v_b <- 1^2 * 1 / (2 * 1)
  expect_equal(arm_rows(x)$std.error, sqrt(c(v_a, v_b)))
  d <- of_scale(x, "difference")
  expect_equal(d$estimate, 3 - 2.875)
  expect_equal(d$std.error, sqrt(v_a + v_b))
  expect_equal(d$statistic, d$estimate / d$std.error)
  r <- of_scale(x, "ratio")
  expect_equal(r$estimate, 3 / 2.875)
  expect_equal(r$std.error, sqrt(v_a / 2.875^2 + v_b / 9))
  half <- stats::qnorm(0.975) * r$std.error
  expect_equal(c(r$conf.low, r$conf.high), r$estimate * exp(c(-half, half)))
  lost <- rmst(Surv(time, status) ~ arm, small, tau = 4, lost = TRUE)
  expect_equal(arm_rows(lost)$estimate, 4 - arm_rows(x)$estimate)
  expect_equal(of_scale(lost, "difference")$statistic, d$statistic)
})

test_that("tau: the smallest largest time by default, an error beyond an open curve, none once it is at 0", {
  expect_equal(rmst(Surv(time, status) ~ arm, small)$time[1], 4)
  expect_output(print(rmst(Surv(time, status) ~ arm, small)), "smallest of the arms' largest observed times")
  error <- error_of(rmst(Surv(time, status) ~ arm, small, tau = 4.5))
  expect_equal(error$faults$fault, "out_of_range")
  expect_match(error$faults$message, "arm=A")
  ended <- transform(small, status = replace(status, 4, 1))
  x <- rmst(Surv(time, status) ~ arm, ended, tau = 5)
  expect_equal(arm_rows(x)$estimate[1], 1 + 2 * 3 / 4 + 3 / 8)
  expect_fault(rmst(Surv(time, status) ~ arm, small, tau = 0), "not_positive", "tau")
  expect_fault(rmst(Surv(time, status) ~ arm, small, tau = 1:2), "wrong_length", "tau")
  expect_fault(rmst(Surv(time, status) ~ arm, small, tau = in_months(1)), "unit_unknown", "tau")
})

test_that("PBC trial to 10 years: means, difference, ratio, time lost (Uno's survRM2 example) [printed]", {
  d <- transform(survival::pbc[1:312, ], years = time / 365.25, arm = factor(trt == 1))
  x <- rmst(Surv(years, status == 2) ~ arm, d, tau = 10)
  expect_equal(round(arm_rows(x)$estimate, 3), c(7.283, 7.146))
  expect_equal(round(arm_rows(x)$std.error, 3), c(0.295, 0.283))
  expect_equal(round(arm_rows(x)$conf.low, 3), c(6.704, 6.592))
  printed <- function(x, scale) round(unlist(of_scale(x, scale)[c("estimate", "conf.low", "conf.high")]), 3)
  expect_equal(printed(x, "difference"), c(-0.137, -0.939, 0.665), ignore_attr = TRUE)
  expect_equal(round(of_scale(x, "difference")$p.value, 3), 0.738)
  expect_equal(printed(x, "ratio"), c(0.981, 0.878, 1.096), ignore_attr = TRUE)
  lost <- rmst(Surv(years, status == 2) ~ arm, d, tau = 10, lost = TRUE)
  expect_equal(printed(lost, "ratio"), c(1.050, 0.787, 1.402), ignore_attr = TRUE)
})

test_that("survRM2 gives the same on random trials (recorded)", {
  recorded <- utils::read.csv(test_path("reference", "nonparametric_peers.csv"))
  recorded <- recorded[recorded$peer == "survRM2", ]
  expect_gt(nrow(recorded), 40)
  for (seed in unique(recorded$case)) {
    case <- survrm2_case(as.integer(seed))
    mine <- rmst(Surv(stop, cause) ~ arm, case$d, tau = case$tau)
    theirs <- recorded[recorded$case == seed, ]
    theirs <- stats::setNames(theirs$value, theirs$quantity)
    label <- sprintf("random_case(%s):", seed)
    expect_near(arm_rows(mine)$estimate, theirs[c("mean_1", "mean_2")], 1e-8, TRUE, "mean", label = label)
    expect_near(arm_rows(mine)$std.error, theirs[c("se_1", "se_2")], 1e-8, TRUE, "se", label = label)
    difference <- of_scale(mine, "difference")$estimate
    expect_near(difference, theirs["difference"], 1e-8, TRUE, "difference", label = label)
    expect_near(of_scale(mine, "ratio")$conf.high, theirs["ratio_upper"], 1e-7, TRUE, "ratio", label = label)
  }
})

test_that("strata: the arms are standardised to the mix of all persons", {
  d <- survival::veteran
  d$prior <- factor(d$prior)
  x <- rmst(Surv(time, status) ~ trt, d, strata = "prior", tau = 200)
  alone <- lapply(levels(d$prior), function(level) {
    arm_rows(rmst(Surv(time, status) ~ trt, d[d$prior == level, ], tau = 200))
  })
  share <- as.vector(table(d$prior)) / nrow(d)
  expect_equal(arm_rows(x)$estimate, alone[[1]]$estimate * share[1] + alone[[2]]$estimate * share[2])
  expect_equal(
    arm_rows(x)$std.error^2, alone[[1]]$std.error^2 * share[1]^2 + alone[[2]]$std.error^2 * share[2]^2
  )
  d$one <- 1
  expect_equal(
    rmst(Surv(time, status) ~ trt, d, strata = "one", tau = 200)$estimate,
    rmst(Surv(time, status) ~ trt, d, tau = 200)$estimate
  )
  d$prior <- factor(ifelse(d$trt == 1, "a", "b"))
  expect_fault(rmst(Surv(time, status) ~ trt, d, strata = "prior", tau = 200), "no_rows", "strata")
})

test_that("adjusted: least squares of pseudo-values with the HC0 sandwich, written out", {
  d <- transform(survival::veteran, trt = factor(trt))
  x <- rmst(Surv(time, status) ~ trt, d, tau = 200, adjust = ~ karno + celltype)
  y <- pseudo_values(Surv(time, status) ~ 1, d, at = 200, type = "rmst")[, 1]
  m <- stats::lm(y ~ trt + karno + celltype, d)
  design <- stats::model.matrix(m)
  bread <- solve(crossprod(design))
  sandwich <- bread %*% crossprod(design * stats::resid(m)) %*% bread
  difference <- of_scale(x, "difference")
  expect_equal(difference$estimate, stats::coef(m)[["trt2"]])
  expect_equal(difference$std.error, sqrt(sandwich["trt2", "trt2"]), ignore_attr = TRUE)
  as_if <- function(arm) mean(stats::predict(m, transform(d, trt = factor(arm, 1:2))))
  expect_equal(arm_rows(x)$estimate, c(as_if(1), as_if(2)))
  expect_match(x$method[1], "Pseudo-value adjusted")
  opened <- time_to_event(Surv(time, status) ~ trt, d)
  expect_equal(rmst(opened, tau = 200, adjust = ~ karno + celltype)$estimate, x$estimate)
  by_stratum <- rmst(Surv(time, status) ~ trt, d, tau = 200, adjust = ~karno, strata = "celltype")
  expect_equal(by_stratum$estimate, x$estimate)
})

test_that("adjusted means refuse what they cannot have", {
  d <- transform(survival::veteran, f = 2L, same = trt)
  expect_error(rmst(Surv(time, status) ~ trt, d, adjust = ~karno, freq = f), class = "tte_error_unsupported")
  expect_fault(rmst(Surv(time, status) ~ trt, d, adjust = time ~ karno), "wrong_type", "adjust")
})

test_that("without events the mean is tau; a character arm needs a reference, but not for means alone", {
  d <- transform(small, status = 0, arm = as.character(arm))
  expect_fault(rmst(Surv(time, status) ~ arm, d, tau = 3), "reference_required")
  x <- rmst(Surv(time, status) ~ arm, d, tau = 3, contrasts = FALSE)
  expect_equal(x$estimate, c(3, 3))
  expect_equal(x$std.error, c(0, 0))
})

test_that("row twice = freq two; split rows; shifted unit; order of rows", {
  d <- trial_case()
  base <- rmst(Surv(time, status) ~ arm, d, tau = 15)
  cut <- split_rows(d, c(2.5, 3, 7, 11.1))
  same <- c("estimate", "std.error", "conf.low", "n", "n.event")
  expect_equal(tidy(rmst(Surv(start, time, status) ~ arm, cut, id = "id", tau = 15))[same], tidy(base)[same])
  copies <- d[rep(seq_len(nrow(d)), d$fr), ]
  expect_equal(
    tidy(rmst(Surv(time, status) ~ arm, d, freq = "fr", tau = 15))[same],
    tidy(rmst(Surv(time, status) ~ arm, copies, tau = 15))[same]
  )
  expect_equal(
    tidy(rmst(Surv(time, status) ~ arm, d[rev(seq_len(nrow(d))), ], tau = 15))[same], tidy(base)[same]
  )
  years <- rmst(Surv(time / 12, status) ~ arm, d, tau = 15 / 12)
  expect_equal(of_scale(years, "difference")$statistic, of_scale(base, "difference")$statistic)
})

test_that("weights and clusters: the derivative of the mean in each weight, summed over clusters", {
  d <- transform(trial_case(), w = rep(c(0.5, 1, 2), length.out = 80), cl = rep(1:20, each = 4))
  numbers <- function(w) {
    d$v <- w
    rmst(Surv(time, status) ~ arm, d, weights = v, tau = 12)$estimate[1:3]
  }
  step <- 1e-6
  slope <- vapply(seq_len(nrow(d)), function(i) {
    up <- numbers(replace(d$w, i, d$w[i] + step))
    down <- numbers(replace(d$w, i, d$w[i] - step))
    (up - down) / (2 * step) * d$w[i]
  }, numeric(3))
  by_row <- rmst(Surv(time, status) ~ arm, d, weights = w, tau = 12)
  expect_equal(by_row$std.error[1:3], sqrt(rowSums(slope^2)), tolerance = 1e-6)
  by_cluster <- rmst(Surv(time, status) ~ arm, d, weights = w, cluster = cl, tau = 12)
  expect_equal(by_cluster$std.error[1:3], sqrt(colSums(rowsum(t(slope), d$cl)^2)), tolerance = 1e-6)
  expect_match(by_cluster$provenance[[1]]$conventions[["variance"]], "infinitesimal jackknife over clusters")
})

test_that("print says tau, variance and direction", {
  d <- transform(survival::lung, sex = factor(sex, labels = c("male", "female")))
  expect_snapshot(
    rmst(Surv(time, status) ~ sex, d, unit = "days", report_in = "months", tau = in_months(24))
  )
})
