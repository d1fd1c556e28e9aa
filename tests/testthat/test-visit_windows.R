windows <- visit_windows(c("Week 6" = 42, "Week 12" = 84), from = c(35, 77), to = c(49, 91))

test_that("clinical rules 4.4: the record nearest to the target counts, of two as near the later", {
  day <- c(35, 40, 44, 49, 50, 76, 77, 84, 92, NA)
  found <- window_records(day, rep(1, 10), windows)
  expect_equal(found$visit, c(1, 1, 1, 1, NA, NA, 2, 2, NA, NA))
  expect_equal(found$off, c(-7, -2, 2, 7, NA, NA, -7, 0, NA, NA))
  expect_equal(which(found$chosen), c(3, 8))
})

test_that("each person and each question has her own record", {
  found <- window_records(c(41, 42, 41, 40), list(c("a", "a", "a", "b"), c("PF", "PF", "FA", "PF")), windows)
  expect_equal(found$chosen, c(FALSE, TRUE, TRUE, TRUE))
})

test_that("in overlapping windows the nearer target wins, as near the later visit", {
  wide <- visit_windows(c(42, 84), from = c(0, 0), to = c(126, 126))
  expect_equal(window_records(c(62, 63, 64), 1:3, wide)$visit, c(1, 2, 2))
})

test_that("without limits windows meet half-way, and the middle day is the later visit's", {
  visits <- visit_windows(c(42, 84, 127))$visits
  expect_equal(visits$from, c(21, 63, 106))
  expect_equal(visits$to, c(62, 105, 148))
  expect_equal(visits$label, c("Day 42", "Day 84", "Day 127"))
  expect_equal(window_records(c(62, 63, 105, 106), 1:4, visit_windows(c(42, 84, 127)))$visit, c(1, 2, 2, 3))
})

test_that("the definition holds on random records", {
  for (seed in random_seeds(20)) {
    with_random_seed(seed, {
      target <- sort(sample(10:150, 4))
      rule <- visit_windows(target, target - sample(0:20, 4, TRUE), target + sample(0:20, 4, TRUE))
      day <- sample(0:180, 60, TRUE)
      person <- sample(5, 60, TRUE)
    })
    found <- window_records(day, person, rule)
    v <- rule$visits
    visit <- vapply(day, function(d) {
      open <- which(d >= v$from & d <= v$to)
      near <- open[abs(d - v$target[open]) == min(abs(d - v$target[open]), Inf)]
      if (length(near)) max(near) else NA_integer_
    }, integer(1))
    expect_equal(found$visit, visit, label = paste("seed", seed))
    for (p in unique(person)) {
      for (i in unique(stats::na.omit(visit[person == p]))) {
        rows <- which(person == p & visit %in% i)
        best <- rows[abs(day[rows] - v$target[i]) == min(abs(day[rows] - v$target[i]))]
        expect_equal(day[rows[found$chosen[rows]]], max(day[best]), label = paste("seed", seed))
        expect_equal(sum(found$chosen[rows]), 1)
      }
    }
  }
})

test_that("wrong windows are refused with their faults", {
  faults <- function(...) study_faults_of(visit_windows(...))$fault
  expect_equal(faults("six weeks"), "wrong_type")
  expect_equal(faults(c(42, NA)), "not_finite")
  expect_equal(faults(c(84, 42)), "out_of_range")
  expect_equal(faults(c(42, 84), from = 35, to = c(49, 91)), "wrong_length")
  expect_equal(faults(c(42, 84), from = c(43, 80), to = c(50, 83)), c("out_of_range", "out_of_range"))
  expect_equal(faults(c(a = 42, a = 84)), "unknown_level")
})

test_that("the rule says itself", {
  expect_snapshot(visit_windows(c("Week 6" = 42, "Week 12" = 84), from = c(35, 77), to = c(49, 91)))
})
