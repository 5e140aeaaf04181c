// The page's words in Simplified Chinese.
import type { Messages } from './en.ts';

const STATUS: Readonly<Record<string, string>> = {
  created: '已创建',
  running: '正在运行',
  paused: '已暂停',
  restarting: '正在重启',
  exited: '已结束',
  dead: '已失效',
};

export const zhCN: Messages = {
  pageTitle: (lesson) => `${lesson} · Drydock`,
  language: '语言',
  theme: '主题',
  themes: { auto: '自动', light: '浅色', dark: '深色' },
  skipToLesson: '跳到课程',
  skipToTerminal: '跳到终端',
  panes: '显示内容',
  lesson: '课程',
  terminal: '终端',
  minutes: (minutes) => `约 ${minutes} 分钟`,
  progress: (done, total) => `${total} 个检查步骤，已完成 ${done} 个`,
  startOver: '重新开始',
  lessonFailed: '课程加载失败。',
  step: (number) => `第 ${number} 步`,
  finished: '检查步骤全部完成，一路顺风！',

  run: '运行',
  runAgain: '再运行',
  runQueued: '就绪后运行',
  runCommand: (command) => `在终端中运行：${command}`,
  insideContainer: '容器内',
  hint: '提示',

  stepDone: '已完成',
  stepDoneLive: (step) => `步骤已完成：${step}`,
  looksFor: '本步骤完成的条件：',
  checkNow: '立即检查',
  checkWaits: '机器就绪后开始检查。',
  and: '；',
  container: ({ name, image, command, status, exitCode, exists }) => {
    const traits = [
      name && `名为 ${name}`,
      image && `来自镜像 ${image}`,
      command && `命令为“${command}”`,
      status && `状态为${status.map((one) => STATUS[one] ?? one).join('或')}`,
      exitCode !== undefined && `退出码为 ${exitCode}`,
    ].filter(Boolean);
    return `${exists ? '有一个' : '没有'}${traits.join('、')}的容器`;
  },
  image: (reference, exists) => `${exists ? '有' : '没有'}镜像 ${reference}`,
  request: (path) => `GET ${path} 返回预期的结果`,

  bootTitle: '正在准备你的机器',
  phases: { download: '正在下载机器', restore: '正在唤醒机器', connect: '正在连接引擎', ready: '就绪' },
  megabytes: (loaded, total) => `${loaded} / ${total} MB`,
  readMeanwhile: '可以先阅读课程。',
  bootReady: '机器已就绪。',

  retry: '重试',
  details: '详细信息',
  failures: {
    'no-webassembly': {
      title: '这个浏览器无法运行机器',
      what: 'Drydock 需要 WebAssembly，而这里没有它，或者它被禁用了。',
      todo: '请用新版 Chrome、Edge、Firefox 或 Safari 打开本页。如果浏览器开启了锁定模式或严格模式，请为本页允许 WebAssembly。',
    },
    'out-of-memory': {
      title: '内存不足',
      what: '机器大约需要 600 MB 内存，浏览器没能分配。',
      todo: '请关闭其他标签页或程序，然后重试。如果用的是手机，换电脑会更好。',
    },
    offline: {
      title: '网络已断开',
      what: '机器的文件需要下载一次，但现在没有网络连接。',
      todo: '请检查网络。恢复连接后，本页会自动重试。',
    },
    'missing-file': {
      title: '缺少机器的文件',
      what: '服务器没有提供机器所需的一个文件。',
      todo: '请稍后重试。如果一直这样，请告诉本站的管理者。',
    },
    crashed: {
      title: '机器已停止',
      what: '机器内部出错，无法继续。里面的容器和文件已丢失，课程进度仍然保留。',
      todo: '请启动一台新的机器。',
    },
    unknown: {
      title: '机器未能启动',
      what: '这种情况本不该发生。',
      todo: '请重试。如果一直这样，请刷新页面，并把下面的内容反馈给我们。',
    },
  },
  forDevelopers: '开发者：用下面的命令构建机器的文件',

  engine: { booting: '引擎启动中', ready: '引擎就绪', failed: '引擎已停止' },
  running: (count) => `${count} 个容器正在运行`,
  switchHint: '在课程和终端之间切换',
  screenReader: '屏幕阅读器文本',
  shellEnded: (exitCode) => `Shell 已结束，退出码 ${exitCode}。按 Enter 键打开新的 Shell。`,
  shellFailed: (reason) => `Shell 未能启动：${reason}。按 Enter 键重试。`,
};
