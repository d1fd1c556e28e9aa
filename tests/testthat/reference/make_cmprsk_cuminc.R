# Makes cmprsk_cuminc.csv: cmprsk::cuminc()'s estimates and Aalen variances for seeded random right-censored
# cases, at up to six times of each arm. Run in tests/testthat, with cmprsk installed:
#   Rscript reference/make_cmprsk_cuminc.R
source("helper-oracle.R")
source("helper-random.R")
source("helper-cif.R")

rows <- lapply(cuminc_seeds(30L), function(seed) {
  case <- cuminc_case(seed)
  answer <- cuminc_answer(case)
  if (is.null(answer)) {
    return(NULL)
  }
  by_arm <- lapply(levels(case$data$arm), function(arm) {
    own <- sort(unique(case$data$stop[case$data$arm == arm]))
    at <- own[unique(round(seq(1, length(own), length.out = min(6, length(own)))))]
    do.call(rbind, lapply(1:3, function(k) {
      curve <- answer[[paste(arm, k)]]
      if (is.null(curve)) {
        return(NULL)
      }
      last <- vapply(at, function(t) max(which(curve$time <= t)), 1L)
      data.frame(
        seed = seed, arm = arm, cause = k, time = at, estimate = curve$est[last],
        variance = curve$var[last]
      )
    }))
  })
  do.call(rbind, by_arm)
})
out <- do.call(rbind, rows)
out[c("time", "estimate", "variance")] <- lapply(out[c("time", "estimate", "variance")], formatC,
  digits = 15,
  format = "g", width = 1
)
utils::write.csv(out, "reference/cmprsk_cuminc.csv", row.names = FALSE, quote = FALSE)
cat(nrow(out), "rows; cmprsk", format(utils::packageVersion("cmprsk")), "\n")
