//! The course's own words in Chinese: what the interface must call the things that the blackboard names.

use crate::po::Entry;

/// English words, and the Chinese ones of which the translation must hold one.
///
/// A longer term comes before the shorter one that it holds, and is taken out of the text once it is checked.
const TERMS: [(&str, &[&str]); 40] = [
    ("virtual machine", &["虚拟机"]),
    ("virtual network", &["虚拟网络"]),
    ("serial console", &["串口控制台"]),
    ("linked clone", &["链接克隆"]),
    ("force off", &["强制关闭"]),
    ("forced off", &["强制关闭"]),
    ("shut down", &["关机"]),
    ("start with the host", &["开机自启"]),
    ("start at boot", &["开机自启"]),
    ("show the commands", &["显示命令"]),
    ("show commands", &["显示命令"]),
    ("runs on this host", &["本机实际执行"]),
    ("storage pool", &["存储池"]),
    ("install tree", &["安装树"]),
    ("network install", &["网络安装"]),
    ("disk image", &["磁盘映像", "镜像"]),
    ("floating ip", &["浮动 IP"]),
    ("security group", &["安全组"]),
    ("autostart", &["开机自启"]),
    ("undefine", &["取消定义"]),
    ("template", &["模板"]),
    ("clone", &["克隆"]),
    ("snapshot", &["快照"]),
    ("console", &["控制台"]),
    ("serial", &["串口"]),
    ("machine", &["虚拟机", "机器"]),
    ("host", &["物理主机", "主机", "本机"]),
    ("guest", &["虚拟主机"]),
    ("start", &["启动", "开始"]),
    ("memory", &["内存"]),
    ("vcpu", &["虚拟 CPU"]),
    ("virtual cpu", &["虚拟 CPU"]),
    ("network", &["网络"]),
    ("project", &["项目"]),
    ("quota", &["配额"]),
    ("flavor", &["云主机类型"]),
    ("volume", &["卷"]),
    ("command", &["命令"]),
    ("pause", &["暂停"]),
    ("reboot", &["重启"]),
];

/// Each word of the glossary that `entry` uses and translates otherwise.
pub(crate) fn faults(entry: &Entry) -> Vec<String> {
    let mut english = without_places(&entry.key.id.to_lowercase());
    let mut found = Vec::new();
    for (term, chinese) in TERMS {
        let Some(rest) = cut(&english, term) else { continue };
        english = rest;
        let missing = entry.translations.iter().find(|t| !chinese.iter().any(|c| t.contains(c)));
        if let Some(translation) = missing {
            found.push(format!("{}: {term} is {}, not as in {translation:?}", entry.key, chinese.join(" or ")));
        }
    }
    found
}

/// `{name}` and the like are not language.
fn without_places(text: &str) -> String {
    let mut out = String::new();
    for (n, piece) in text.split('{').enumerate() {
        let kept = if n == 0 { piece } else { piece.split_once('}').map_or(piece, |(_, rest)| rest) };
        out.push_str(kept);
        out.push(' ');
    }
    out
}

/// `text` without each whole-word `term`, in the singular or the plural; nothing if it is not there.
fn cut(text: &str, term: &str) -> Option<String> {
    let (mut rest, mut out, mut found) = (text, String::new(), false);
    while let Some(at) = rest.find(term) {
        let (before, from) = rest.split_at(at);
        let after = &from[term.len()..];
        let after_plural = after.strip_prefix('s').unwrap_or(after);
        let whole = !before.ends_with(is_word) && !after_plural.starts_with(is_word);
        out.push_str(before);
        if whole {
            found = true;
            rest = after_plural;
        } else {
            out.push_str(term);
            rest = after;
        }
    }
    out.push_str(rest);
    found.then_some(out)
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_' | ':' | '/')
}

#[test]
fn terms_are_whole_words_and_the_longest_wins() {
    assert_eq!(cut("two hosts, one ghost", "host").as_deref(), Some("two , one ghost"));
    assert_eq!(cut("ghosts", "host"), None);
    assert_eq!(cut("a serial console here", "serial console").as_deref(), Some("a  here"));
}
