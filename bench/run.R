# Times whole user calls of this package and of the peer on the same data in one run, compares their results,
# and measures their peak memory, each in a process of its own. Goals are in targets.csv, and decide no test.
#   Rscript bench/run.R [TOPIC ...]        TTE_BENCH_SCALE=0.1 for a tenth of the rows, TTE_BENCH_REPEATS=5
#   Rscript bench/run.R --one FILE         what a child process does (see `child()`)

script <- sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))
bench <- dirname(script)

# Right-censored times of two arms, about 40 % events; whole days give some 3,000 distinct times.
trial <- function(n, times, covariates, late = FALSE) {
  set.seed(20)
  arm <- rep_len(c("Placebo", "Drug X"), n)
  x <- matrix(stats::rnorm(n * covariates), n)
  colnames(x) <- paste0("x", seq_len(covariates), recycle0 = TRUE)
  risk <- 0.3 * (arm == "Placebo") + rowSums(x[, seq_len(min(5, covariates)), drop = FALSE]) / 10
  event <- stats::rexp(n, 0.0006 * exp(risk))
  censored <- stats::runif(n, 0, 3000)
  time <- pmin(event, censored)
  if (times == "days") time <- floor(time) + 1
  arm <- factor(arm, c("Placebo", "Drug X"))
  d <- data.frame(time = time, status = as.integer(event <= censored), arm = arm, x)
  if (late) {
    d$start <- stats::runif(n, -1, 1) * d$time
    d$start <- if (times == "days") pmax(0, floor(d$start)) else pmax(0, d$start)
  }
  d
}

status_kb <- function(field) {
  line <- grep(paste0("^", field), readLines("/proc/self/status"), value = TRUE)
  as.numeric(gsub("[^0-9]", "", line))
}

# Peak memory of one call above what was there before and above its result, in MB; NA where the system cannot
# tell.
peak_of <- function(call, input) {
  call(input$small) # loads what the first call loads
  invisible(gc())
  reset <- tryCatch(
    {
      writeLines("5", "/proc/self/clear_refs")
      TRUE
    },
    error = function(cnd) FALSE,
    warning = function(cnd) FALSE
  )
  if (!reset) {
    return(NA_real_)
  }
  before <- status_kb("VmRSS")
  result <- call(input$full)
  peak <- status_kb("VmHWM")
  (peak - before) / 1024 - as.numeric(utils::object.size(result)) / 2^20
}

seconds <- function(call, input) {
  invisible(gc())
  system.time(call(input), gcFirst = FALSE)[["elapsed"]]
}

case_of <- function(topic, case) {
  source(file.path(bench, paste0(topic, ".R")), local = new.env(parent = globalenv()))$value[[case]]
}

prepared <- function(case, n, times) {
  d <- case$make(n, times)
  if (is.null(case$prepare)) d else case$prepare(d)
}

# A child does one job, "time", "ours" or "peer" (memory), and writes its answer beside the description.
child <- function(file) {
  suppressPackageStartupMessages({
    Surv <<- survival::Surv
    loadNamespace("tte")
  })
  job <- readRDS(file)
  options(tte.threads = job$threads)
  case <- case_of(job$topic, job$case)
  input <- prepared(case, job$n, job$times)
  answer <- if (job$what == "time") {
    ours <- peer <- Inf
    for (i in seq_len(job$repeats)) {
      ours <- min(ours, seconds(case$ours, input))
      peer <- min(peer, seconds(case$peer, input))
    }
    list(ours = ours, peer = peer, difference = case$differ(case$ours(input), case$peer(input)))
  } else {
    peak_of(case[[job$what]], list(small = prepared(case, 1000, job$times), full = input))
  }
  saveRDS(answer, paste0(file, ".answer"))
}

ask_child <- function(...) {
  file <- tempfile(fileext = ".rds")
  saveRDS(list(...), file)
  status <- system2(file.path(R.home("bin"), "Rscript"), c(shQuote(script), "--one", shQuote(file)))
  if (status == 0) readRDS(paste0(file, ".answer")) else NULL
}

measure <- function(target) {
  scale <- as.numeric(Sys.getenv("TTE_BENCH_SCALE", "1"))
  n <- round(target$n * scale)
  repeats <- as.integer(Sys.getenv("TTE_BENCH_REPEATS", "3"))
  ask <- function(what) {
    ask_child(
      what = what, topic = target$topic, case = target$case, times = target$times, n = n,
      threads = target$threads,
      repeats = repeats
    )
  }
  timed <- ask("time")
  if (is.null(timed)) {
    return(NULL)
  }
  columns <- length(case_of(target$topic, target$case)$used)
  unit <- n * columns * 8 / 2^20
  peak_ours <- ask("ours")
  peak_peer <- ask("peer")
  data.frame(
    topic = target$topic, case = target$case, times = target$times, n = n, threads = target$threads,
    peer = target$peer, ours_s = timed$ours, peer_s = timed$peer, ratio = timed$peer / timed$ours,
    goal = target$ratio_goal, difference = timed$difference, memory = peak_ours / unit,
    memory_peer = peak_peer / unit,
    memory_goal = target$memory_goal
  )
}

describe_machine <- function() {
  config <- function(name) system2(file.path(R.home("bin"), "R"), c("CMD", "config", name), stdout = TRUE)
  info <- utils::sessionInfo()
  cat(
    R.version.string, "; tte ", format(utils::packageVersion("tte")), ", survival ",
    format(utils::packageVersion("survival")), "\n", config("CXX17"), " ", config("CXX17FLAGS"), "\n",
    "BLAS ", basename(info$BLAS), ", LAPACK ", basename(info$LAPACK), "; ",
    parallel::detectCores(), " cores\n\n",
    sep = ""
  )
}

show_row <- function(row) {
  verdict <- function(good) if (is.na(good)) "" else if (good) "" else " <"
  cat(sprintf(
    paste(
      "%-11s %-30s %-10s n=%-8s %d thr %7.3f s  %-11s %7.3f s %5.1fx of %4s%-2s",
      "diff %.0e  memory %4.1f (peer %4.1f) of %s%s\n"
    ),
    row$topic, row$case, row$times, format(row$n, big.mark = ""), row$threads, row$ours_s, row$peer,
    row$peer_s,
    row$ratio, format(row$goal), verdict(row$ratio >= row$goal), row$difference, row$memory, row$memory_peer,
    if (is.na(row$memory_goal)) "-" else format(row$memory_goal),
    verdict(is.na(row$memory_goal) || is.na(row$memory) || row$memory <= row$memory_goal)
  ))
}

main <- function(topics) {
  targets <- utils::read.csv(file.path(bench, "targets.csv"))
  if (length(topics)) targets <- targets[targets$topic %in% topics, ]
  describe_machine()
  rows <- lapply(seq_len(nrow(targets)), function(i) {
    row <- measure(targets[i, ])
    if (is.null(row)) {
      cat(targets$topic[[i]], targets$case[[i]], targets$times[[i]], "did not run\n")
    } else {
      show_row(row)
    }
    row
  })
  results <- do.call(rbind, rows)
  cat(
    "\nratio: the peer's shortest time over ours; memory: peak above input and result, in used columns as",
    "doubles; < : goal missed\n"
  )
  dir.create(file.path(bench, "results"), showWarnings = FALSE)
  utils::write.csv(results, file.path(bench, "results", "latest.csv"), row.names = FALSE)
  quit(status = as.integer(any(vapply(rows, is.null, logical(1)))))
}

arguments <- commandArgs(TRUE)
if (length(arguments) == 2 && arguments[[1]] == "--one") child(arguments[[2]]) else main(arguments)
