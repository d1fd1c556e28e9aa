# The slow definitions themselves, on the golden cases of the clinical rules: an oracle must be right first.

golden_rule <- list(
  confirmed = TRUE, min_sd_days = 28, sd_tol = 0, confirm_days = 28, max_ne = 1, accept_sd = FALSE,
  nact_same_day = "before", pr_sticky = TRUE, cr_reappearance = "pd", nadir0_pd = FALSE
)

# "12Feb" as a day number, whatever the language of the machine.
day_of <- function(text, year = 2020) {
  month <- match(substr(text, 3L, 5L), month.abb)
  as.integer(as.Date(sprintf("%d-%02d-%s", as.integer(year), month, substr(text, 1L, 2L))))
}

define_golden <- function(start, ..., rule = golden_rule) {
  visits <- list(...)
  start <- day_of(start, if (grepl("Nov|Dec", start)) 2019 else 2020)
  day <- vapply(visits, function(visit) {
    day_of(visit[2], if (grepl("Nov|Dec", visit[2])) 2019 else 2020)
  }, 1L)
  response <- vapply(visits, `[`, "", 1L)
  counted <- define_counted(as.integer(day), response, start, NA, Inf, "before")
  define_best(counted$day, counted$response, start, rule, TRUE)
}

test_that("rules 1.6: confirmed best responses of the worked patients", {
  one <- define_golden(
    "01Jan", c("PR", "01Jan"), c("CR", "01Feb"), c("NE", "16Feb"), c("CR", "01Mar"), c("SD", "01Apr")
  )
  expect_equal(one$best, "CR")
  expect_equal(one$day, day_of("01Feb"))
  expect_equal(one$response_day, day_of("01Jan"))
  two <- define_golden("12Dec", c("SD", "01Jan"), c("PR", "01Feb"), c("SD", "01Mar"), c("CR", "13Mar"))
  expect_equal(two[1:2], list(best = "SD", day = day_of("01Feb")))
  expect_equal(define_golden("11Nov", c("CR", "12Nov"), c("CR", "02Dec"), c("SD", "01Jan"))$best, "SD")
  expect_equal(define_golden("02Feb", c("PR", "06Feb"), c("CR", "16Feb"), c("PR", "30Mar"))$best, "SD")
  expect_equal(define_golden("02Feb", c("PR", "06Feb"), c("CR", "16Feb"), c("NE", "01Apr"))$best, "NE")
  expect_equal(define_golden("02Feb", c("PD", "16Feb"), c("SD", "01Apr"))$best, "PD")
  expect_equal(define_best(integer(), character(), 0L, golden_rule, TRUE)$best, "MISSING")
})

test_that("rules 1.6, table 3: two visits, confirmation needed", {
  rule <- utils::modifyList(golden_rule, list(min_sd_days = 42))
  two <- function(first, second, at) {
    counted <- define_counted(at, c(first, second), 0L, NA, Inf, "before")
    define_best(counted$day, counted$response, 0L, rule, TRUE)$best
  }
  late <- c(43L, 85L)
  early <- c(20L, 30L)
  expect_equal(two("CR", "CR", late), "CR")
  expect_equal(two("PR", "CR", late), "PR")
  expect_equal(two("PR", "PR", late), "PR")
  expect_equal(two("PR", "SD", late), "SD")
  for (first in c("CR", "PR")) {
    expect_equal(two(first, "PD", late), "SD")
    expect_equal(two(first, "PD", early), "PD")
    expect_equal(two(first, "NE", late), "SD")
    expect_equal(two(first, "NE", early), "NE")
  }
  expect_equal(two("NE", "NE", late), "NE")
  expect_equal(two("CR", "SD", c(30L, 50L)), "SD")
  expect_equal(two("CR", "SD", c(30L, 36L)), "NE")
})

# Targets only, one row per visit and lesion: `sizes` has a row per visit, the baseline first.
define_sums <- function(sizes, node = FALSE, other = NULL, rule = golden_rule) {
  visits <- nrow(sizes)
  n <- ncol(sizes)
  rows <- list(
    lesion = rep(paste0("T", seq_len(n)), each = visits), group = rep("TARGET", n * visits),
    node = rep(rep_len(node, n), each = visits), day = rep(42L * (seq_len(visits) - 1L), n),
    visit = rep(paste0("V", seq_len(visits)), n), value = as.numeric(sizes),
    state = rep(NA_character_, n * visits)
  )
  if (!is.null(other)) {
    rows <- Map(c, rows, list(
      rep("N1", visits), rep("NON-TARGET", visits), rep(FALSE, visits), 42L * (seq_len(visits) - 1L),
      paste0("V", seq_len(visits)), rep(NA_real_, visits), other
    ))
  }
  define_responses(rows, 0L, rule)
}

test_that("rules 1.3: sums, nadirs, sticky responses", {
  strict <- utils::modifyList(golden_rule, list(pr_sticky = FALSE))
  one <- cbind(c(100, 80, 65, 70, 76, 77, 78))
  expect_equal(define_sums(one)$target, c("SD", "PR", "PR", "PR", "PR", "PD"))
  expect_equal(define_sums(one, rule = strict)$target, c("SD", "PR", "PR", "SD", "SD", "PD"))
  small <- define_sums(cbind(c(20, 12, 15)), rule = strict)
  expect_equal(small$target, c("PR", "SD"))
  expect_equal(define_sums(cbind(c(20, 12, 17)))$target, c("PR", "PD"))
  expect_equal(define_sums(cbind(c(100, 70, 70, 80, 80, 80)))$target, rep("PR", 5))
  expect_equal(define_sums(cbind(c(165, 63, 65)))$target, c("PR", "PR"))
  node <- define_sums(cbind(c(16, 8, 12)), node = TRUE, other = rep("PRESENT", 3))
  expect_equal(node$target, c("CR", "PR"))
  expect_equal(node$response, c("PR", "PR"))
  expect_equal(define_sums(cbind(c(16, 2, 8)), node = TRUE)$target, c("CR", "CR"))
  expect_equal(define_sums(cbind(c(20, 0, 4)), other = rep("PRESENT", 3))$target, c("CR", "PR"))
  cleared <- define_sums(cbind(c(20, 0, 4)), other = c("PRESENT", "ABSENT", "ABSENT"))
  expect_equal(cleared$response, c("CR", "PD"))
})

test_that("rules 3.8: progression-free survival of the worked patients", {
  start <- day_of("01Jan", 2024)
  at <- function(text) day_of(text, 2024)
  pfs <- function(style, days = character(), response = character(), death = NA, nact = NA, baseline = TRUE,
                  cut = "31Dec") {
    patient <- list(
      start = start, death = if (is.na(death)) NA else at(death), nact = if (is.na(nact)) NA else at(nact),
      cut = at(cut), baseline = baseline, day = as.integer(at(days)), response = response
    )
    out <- define_pfs(patient, style, list(every = list(weeks = 6, window_days = 7)))
    c(out$cnsr, out$day - start + 1L)
  }
  both <- function(..., fda, ema) {
    expect_equal(pfs("FDA", ...), fda)
    expect_equal(pfs("EMA", ...), ema)
  }
  both(c("12Feb", "25Mar", "29Jul"), c("SD", "PR", "PD"), fda = c(5, 85), ema = c(0, 211))
  both(c("25Mar", "06May"), c("PR", "PD"), nact = "10Apr", fda = c(4, 85), ema = c(0, 127))
  both(death = "01Mar", fda = c(0, 61), ema = c(0, 61))
  both(death = "01Jun", fda = c(5, 1), ema = c(0, 153))
  both(c("25Mar", "17Jun"), c("PR", "PD"), fda = c(0, 169), ema = c(0, 169))
  both(c("12Feb", "25Mar"), c("SD", "NE"), cut = "01Apr", fda = c(1, 43), ema = c(1, 43))
  expect_equal(pfs("FDA", baseline = FALSE), c(2, 1))
  both(death = "26Oct", baseline = FALSE, fda = c(2, 1), ema = c(0, 300))
  both(death = "01Mar", baseline = FALSE, fda = c(0, 61), ema = c(0, 61))
  # a gap of 95 days from a scan on schedule: an event by the interval, censored by the closed windows
  late <- list(
    start = 0L, death = 137L, nact = NA, cut = 999L, baseline = TRUE, day = 42L, response = "SD"
  )
  by <- function(visits) define_pfs(late, "FDA", visits)$cnsr
  expect_equal(by(list(every = list(weeks = 6, window_days = 7))), 0L)
  expect_equal(by(list(at = list(days = 42L * 1:3, window_days = 7L))), 5L)
})
