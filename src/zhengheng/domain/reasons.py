"""Why a file, an address or another program did not answer, in our own words: the system's words are for the log."""

import errno
import os
import socket
import ssl

Words = tuple[str, str]

UNKNOWN: Words = ("原因不明，请查看运行日志", "for a reason that the log may tell")
_BY_TYPE: tuple[tuple[type[BaseException], Words], ...] = (
    (FileNotFoundError, ("文件不存在", "there is no such file")),
    (PermissionError, ("没有权限", "permission is lacking")),
    (IsADirectoryError, ("这是文件夹，不是文件", "it is a folder and no file")),
    (FileExistsError, ("这里已有同名的文件或文件夹", "a file or folder of this name is there already")),
    (NotADirectoryError, ("路径中有一段不是文件夹", "a part of the path is no folder")),
    (ssl.SSLError, ("加密连接没有建立，请检查证书", "the encrypted connection did not come about; check the certificate")),
    (socket.gaierror, ("找不到这个主机名", "the host's name is not known")),
    (TimeoutError, ("等待超时", "it did not answer in time")),
    (ConnectionRefusedError, ("对方拒绝连接", "the connection was refused")),
    (ConnectionError, ("连接中断", "the connection broke")),
)  # fmt: skip
_BY_NUMBER: dict[int, Words] = {
    errno.EADDRNOTAVAIL: ("这个地址不是本机的", "the address is not this machine's"),
    errno.ENAMETOOLONG: ("名称太长", "the name is too long"),
    errno.ENOSPC: ("磁盘空间已满", "the disk is full"),
    errno.EDQUOT: ("磁盘配额已用完", "the disk's quota is used up"),
    errno.EROFS: ("磁盘是只读的", "the disk is read-only"),
    errno.EMFILE: ("打开的文件太多", "too many files are open"),
    errno.EIO: ("磁盘读写出错", "the disk does not read or write"),
    errno.ENFILE: ("系统打开的文件太多", "the system has too many files open"),
    errno.ENOMEM: ("内存不足", "there is not enough memory"),
    errno.EAGAIN: ("系统暂时没有可用的资源", "the system has nothing left to give for the moment"),
    errno.EBUSY: ("文件或设备正被占用", "the file or device is in use"),
    errno.ESTALE: (
        "网络磁盘上的文件已失效，请检查挂载",
        "the network disk's file is stale; check the mount",
    ),
    errno.ENOTCONN: (
        "磁盘或网络的连接已断开，请检查挂载",
        "the disk or network is not connected; check the mount",
    ),
    errno.ENODEV: (
        "找不到设备，请检查磁盘是否挂载",
        "there is no such device; check that the disk is mounted",
    ),
    errno.ENXIO: (
        "找不到设备，请检查磁盘是否挂载",
        "there is no such device; check that the disk is mounted",
    ),
    errno.EADDRINUSE: ("这个端口已被另一个程序占用", "another program has the port"),
    errno.ENETUNREACH: ("网络不通", "the network is not reached"),
    errno.EHOSTUNREACH: ("到对方的网络不通", "there is no way to the host"),
    errno.EFBIG: ("文件超过系统允许的大小", "the file is larger than the system allows"),
}


def number_of(error: BaseException) -> int | None:
    """The system's number of a fault: its own, or the one that a library says by name in its place (lxml: IO_ENOSPC)."""
    if isinstance(error, OSError):
        return error.errno
    head, _, name = str(error).partition("_")
    known: int | None = getattr(errno, name, None)
    return known if head == "IO" and isinstance(known, int) else None


def why(error: BaseException) -> Words:
    """What a fault of the system is called in a sentence of ours; it ends without a mark."""
    cause = getattr(error, "reason", None)  # urllib puts the fault itself there
    for one in (error, cause) if isinstance(cause, BaseException) else (error,):
        for kind, words in _BY_TYPE:
            if isinstance(one, kind):
                return words
        if (number := number_of(one)) in _BY_NUMBER:
            return _BY_NUMBER[number]
    return _by_the_system(error) or UNKNOWN


def _by_the_system(error: BaseException) -> Words | None:
    """A reason for which we have no words: the system's own, with its number, by which whoever runs the machine finds it."""
    number = number_of(error)
    if number is None:
        return None
    said = os.strerror(number)
    return f"系统报告第 {number} 号错误（{said}）", f"the system reports error {number} ({said})"
