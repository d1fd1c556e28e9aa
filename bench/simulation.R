# The engine of simulated studies: paths through illness and death beside mstate's sampling (which draws from
# cumulative hazards on a grid of days), and two goals that are times, for which the "peer" takes that and does
# nothing: the lesions of as many patients at ten scans, and samples of 5000 markers.
model <- list(
  n_states = 3L, from = c(1L, 1L, 2L), to = c(2L, 3L, 3L), offset = c(0L, 1L, 3L, 4L),
  breaks = c(0, 0, 90, 0), rates = c(0.003, 0.001, 0.002, 0.005), clock = rep("forward", 3)
)
days <- c(100, 300, 1000)

draw_paths <- function(n) {
  tte:::paths_cpp(
    20, 3L, model, rep(1L, n), matrix(numeric(), 0, 0), rep(1000, n), NULL, getOption("tte.threads")
  )
}

# Share of n paths in each state on each day.
occupancy <- function(paths, n) {
  move <- function(to) {
    time <- rep(Inf, n)
    time[paths$person[paths$to == to]] <- paths$time[paths$to == to]
    time
  }
  ill <- move(2L)
  dead <- move(3L)
  t(vapply(days, function(day) {
    c(mean(pmin(ill, dead) > day), mean(ill <= day & dead > day), mean(dead <= day))
  }, numeric(3)))
}

cumulative_hazards <- function() {
  grid <- seq_len(1000)
  hazard <- list(0.003 * grid, 0.001 * grid + 0.001 * pmax(0, grid - 90), 0.005 * grid)
  do.call(rbind, lapply(1:3, function(k) data.frame(time = grid, Haz = hazard[[k]], trans = k)))
}

goal_of <- function(seconds) function(n) Sys.sleep(seconds)

list(
  "paths of illness and death" = list(
    make = function(n, times) n,
    used = c("state", "until"),
    ours = function(n) occupancy(draw_paths(n), n),
    peer = function(n) {
      transitions <- mstate::transMat(list(c(2, 3), 3, integer()))
      as.matrix(mstate::mssample(cumulative_hazards(), transitions, tvec = days, M = n)[, -1])
    },
    differ = function(ours, peer) max(abs(ours - peer))
  ),
  "paths, a time" = list(
    make = function(n, times) n,
    used = c("state", "until"),
    ours = draw_paths,
    peer = goal_of(0.1),
    differ = function(ours, peer) max(abs(rowSums(occupancy(ours, length(ours$attempts))) - 1))
  ),
  "lesions at ten scans" = list(
    make = function(n, times) {
      persons <- list(
        n_targets = rep_len(1:4, n), depth = rep_len(c(0, 0.3, 0.6, 0.9, 1), n), shrink_rate = rep(0.02, n),
        growth_rate = rep(0.01, n), progression = rep_len(seq(60, 500, by = 7), n), mode = rep(1L, n)
      )
      list(persons = persons, visits = list(
        offset = seq(0L, by = 10L, length.out = n + 1), day = rep(c(-7, 56 * 1:9), n)
      ))
    },
    used = c("targets", "depth", "shrink", "growth", "progression", "mode"),
    ours = function(d) {
      options <- list(
        meanlog = 3.2, sdlog = 0.4, minimum = 10, noise = 0.05, spread = 0.3, digits = 0L, vanish = 2,
        not_evaluable = 0.01
      )
      tte:::tumour_cpp(20, 7L, d$persons, d$visits, options, getOption("tte.threads"))
    },
    peer = goal_of(1),
    differ = function(ours, peer) mean(ours$course$nadir > ours$course$baseline)
  ),
  "samples of 5000 markers" = list(
    make = function(n, times) n,
    used = "person",
    ours = function(n) {
      structure <- list(
        block = rep_len(1:50, 5000), loading = rep(0.7, 5000), between = 0.5, drift = 0.1
      )
      tte:::markers_cpp(
        20, 14L, rep(seq_len(n), each = 6, length.out = n), rep_len(1:6, n), 5000L, structure, NULL,
        getOption("tte.threads")
      )
    },
    peer = goal_of(0.5),
    differ = function(ours, peer) abs(mean(ours[seq(1, nrow(ours), by = 6), ]^2) - 1)
  )
)
