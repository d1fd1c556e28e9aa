test_that("each subgroup is a model of its own; counts and interaction are right", {
  lung <- lung_of_arms()
  found <- subgroup_effects(Surv(time, status) ~ arm + age, lung,
    subgroups = c(Age = "old", ECOG = "ph.ecog")
  )
  ratio <- function(term, group) found[found$scale == "ratio" & found$term == term & found$group == group, ]
  alone <- cox(Surv(time, status) ~ arm + age, lung, subset = ph.ecog == 1)
  one <- ratio("ECOG", "1")
  expect_equal(log(one$estimate), coef(alone)[["armfemale"]], tolerance = 1e-7)
  expect_equal(log(c(one$conf.low, one$conf.high)), c(confint(alone)["armfemale", ]),
    tolerance = 1e-6,
    ignore_attr = TRUE
  )
  expect_equal(one$p.value, tidy(alone)$p.value[1], tolerance = 1e-6)
  whole <- ratio("overall", "All patients")
  expect_equal(log(whole$estimate), coef(cox(Surv(time, status) ~ arm + age, lung))[["armfemale"]],
    tolerance = 1e-7
  )
  counts <- found[found$scale == "count" & found$term == "Age", ]
  expect_equal(counts$n, c(table(lung$arm, lung$old)), ignore_attr = TRUE)
  expect_equal(counts$n.event, c(tapply(lung$status == 2, lung[c("arm", "old")], sum)), ignore_attr = TRUE)
  with <- cox(Surv(time, status) ~ arm * old + age, lung)
  without <- cox(Surv(time, status) ~ arm + old + age, lung)
  test <- found[found$scale == "interaction" & found$term == "Age", ]
  expect_equal(test$statistic, 2 * (with$loglik[2] - without$loglik[2]), tolerance = 1e-6)
  expect_equal(test$p.value, stats::pchisq(test$statistic, 1, lower.tail = FALSE), tolerance = 1e-10)
})

test_that("strata and weights go into every model; the interaction is then Wald's", {
  lung <- lung_of_arms()
  lung$w <- rep(c(1, 2, 0.5), length.out = nrow(lung))
  found <- subgroup_effects(Surv(time, status) ~ arm, lung,
    subgroups = "old", strata = "ph.ecog",
    weights = w
  )
  alone <- cox(Surv(time, status) ~ arm, lung, subset = old == "below 65", strata = "ph.ecog", weights = w)
  one <- found[found$group %in% "below 65" & found$scale == "ratio", ]
  expect_equal(c(log(one$estimate), one$std.error), c(coef(alone), sqrt(vcov(alone))),
    tolerance = 1e-6,
    ignore_attr = TRUE
  )
  with <- cox(Surv(time, status) ~ arm * old, lung, strata = "ph.ecog", weights = w)
  z <- coef(with)[[3]] / sqrt(vcov(with)[3, 3])
  expect_equal(found$statistic[found$scale == "interaction"], z^2, tolerance = 1e-6)
})

test_that("subgroups with an arm without events, with one arm, and persons without a value", {
  d <- data.frame(
    time = 1:16, status = rep(c(1, 1, 0, 1), 4), arm = factor(rep(c("a", "b"), 8)),
    g = c(rep("x", 6), rep("y", 6), "z", NA, "z", NA)
  )
  d$status[d$g %in% "x" & d$arm == "b"] <- 0
  found <- subgroup_effects(Surv(time, status) ~ arm, d, subgroups = "g")
  x <- found[found$group %in% "x" & found$scale == "ratio", ]
  expect_identical(x$estimate, 0)
  expect_identical(x$conf.low, 0)
  expect_true(is.finite(x$conf.high))
  z <- found[found$group %in% "z", ]
  expect_true(is.na(z$estimate[1]))
  expect_equal(z$n[z$scale == "count"], c(2, 0))
  expect_match(conventions(found)[["missing"]], "g 2")
})

test_that("rows can be bound to other estimates and drawn from an ADTTE", {
  adtte <- small_adtte()
  found <- subgroup_effects(~TRT01P, adtte,
    param = "PFS", reference = "Placebo",
    subgroups = c(Stratum = "STRAT1")
  )
  expect_identical(unique(found$param), "PFS")
  expect_s3_class(rbind(found, found), "tte_estimates")
  opened <- time_to_event(~TRT01P, adtte, param = "PFS", reference = "Placebo")
  expect_equal(tidy(subgroup_effects(opened, subgroups = c(Stratum = "STRAT1"))), tidy(found))
})

test_that("faults and print", {
  lung <- lung_of_arms()
  f <- Surv(time, status) ~ arm
  expect_fault(subgroup_effects(f, lung, subgroups = "ecog"), "unknown_column", "subgroups", "ecog")
  expect_fault(subgroup_effects(f, lung, subgroups = "age"), "wrong_type", "subgroups", "age")
  expect_fault(subgroup_effects(f, lung, subgroups = "arm"), "not_a_choice", "subgroups", "arm")
  expect_fault(subgroup_effects(f, lung), "wrong_length", "subgroups")
  expect_fault(
    subgroup_effects(Surv(time, status) ~ age, lung, subgroups = "old"), "wrong_type",
    "formula", "age"
  )
  expect_fault(subgroup_effects(Surv(time, status) ~ old, lung, subgroups = "arm"), "reference_required")
  expect_fault(subgroup_effects(Surv(time, status) ~ arm * old, lung, subgroups = "ph.ecog"), "unknown_term")
  expect_snapshot({
    print(subgroup_effects(f, lung, subgroups = c(Age = "old", ECOG = "ph.ecog")))
    say_error(subgroup_effects(f, lung, subgroups = c("ecog", "age")))
    say_error(subgroup_effects(Surv(time, status) ~ old, lung, subgroups = "arm"))
  })
})
